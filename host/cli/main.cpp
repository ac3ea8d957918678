#include "cli/commands.hpp"

int main(int argc, char** argv) { return dbway::cli::run_program(argc, argv); }
