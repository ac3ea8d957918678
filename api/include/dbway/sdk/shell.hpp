// shell.hpp - what stands between an author's classes and the C tables. Authors include entry.hpp.
#pragma once

#include <dbway/sdk/connection_shell.hpp>
#include <dbway/sdk/provider_shell.hpp>
