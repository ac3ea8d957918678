# The C++ of a guide as one program: what its blocks contain, and a main() that runs it.
/^```cpp$/ { inside = 1; next }
/^```$/ { inside = 0; next }
inside { print }
END {
    print "int main(int, char** arguments) {"
    print "    try {"
    print "        run(dbway::Host::open(arguments[1]).source(\"main\"));"
    print "    } catch (const std::exception& error) {"
    print "        std::cerr << error.what() << '\\n';"
    print "        return 1;"
    print "    }"
    print "}"
}
