// kit.hpp - all of libdbway-kit: entities.
#pragma once

#include <dbway/dbway.hpp>
#include <dbway/kit/attributes.hpp>
#include <dbway/kit/condition.hpp>
#include <dbway/kit/description.hpp>
#include <dbway/kit/entity.hpp>
#include <dbway/kit/errors.hpp>
#include <dbway/kit/executor.hpp>
#include <dbway/kit/hooks.hpp>
#include <dbway/kit/insert.hpp>
#include <dbway/kit/query.hpp>
#include <dbway/kit/reader.hpp>
#include <dbway/kit/relations.hpp>
#include <dbway/kit/repository.hpp>
