// SPDX-License-Identifier: Apache-2.0
// What must hold for an instrument before it goes into a tape or comes out of one.
#ifndef NACREI_DATA_INSTRUMENT_H
#define NACREI_DATA_INSTRUMENT_H

#include "core/json.h"
#include "core/status.h"
#include "nacre/data.h"

#define NACREI_SIZE_EXP_MAX 18 ///< 10^18 is the largest power of ten in an int64

/// Texts are terminated, printable ASCII without '/' or '\'; numbers are inside their domains.
/// @error  NACRE_E_ARG names the field and the remedy
NACRE_MUST_CHECK nacre_status nacrei_instrument_check(const nacre_instrument *instrument,
                                                      nacre_error *err);

/// "equity", "spot", "perpetual", "future", "option"; NULL for another number.
const char *nacrei_kind_name(nacre_kind kind);
bool nacrei_kind_parse(const char *name, nacre_kind *out);

/// Writes the member "instrument" with all fields, int64 as strings.
void nacrei_instrument_put_json(nacrei_json *json, const nacre_instrument *instrument);

#endif
