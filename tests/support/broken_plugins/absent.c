/* The library that missing_dependency needs. */
__attribute__((visibility("default"))) int dbway_absent_function(void);
int dbway_absent_function(void) { return 3; }
