// dbway.hpp - all of the application's interface.
#pragma once

#include <dbway/batch.hpp>
#include <dbway/codec.hpp>
#include <dbway/configuration.hpp>
#include <dbway/connection.hpp>
#include <dbway/copy.hpp>
#include <dbway/error.hpp>
#include <dbway/fields.hpp>
#include <dbway/host.hpp>
#include <dbway/large_object.hpp>
#include <dbway/listener.hpp>
#include <dbway/options.hpp>
#include <dbway/query_options.hpp>
#include <dbway/rows.hpp>
#include <dbway/source.hpp>
#include <dbway/types.hpp>
