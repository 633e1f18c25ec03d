#include "tm_simdjson.h"
