// SPDX-License-Identifier: Apache-2.0
// Everything public in one include.
#ifndef NACRE_NACRE_H
#define NACRE_NACRE_H

#include "nacre/core.h"
#include "nacre/data.h"
#include "nacre/toxicity.h"
#include "nacre/vpin.h"

#endif
