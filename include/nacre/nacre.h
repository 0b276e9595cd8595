// SPDX-License-Identifier: Apache-2.0
// Everything public in one include.
#ifndef NACRE_NACRE_H
#define NACRE_NACRE_H

#include "nacre/core.h"
#include "nacre/data.h"
#include "nacre/factor.h"
#include "nacre/factor_stream.h"
#include "nacre/hw.h"
#include "nacre/kern.h"
#include "nacre/optimize.h"
#include "nacre/panel.h"
#include "nacre/portfolio.h"
#include "nacre/portfolio_stream.h"
#include "nacre/risk.h"
#include "nacre/risk_stream.h"
#include "nacre/toxicity.h"
#include "nacre/vpin.h"

#endif
