// SPDX-License-Identifier: Apache-2.0
// The charts of one symbol in the report. All share one x axis, the volume bucket, so that nights
// and weekends take no room and every chart lines up with the others; its ticks carry
// exchange-local times. Each chart is drawn twice, for a desk and for a phone, and the style sheet
// shows one.
#ifndef NACREI_CLI_REPORT_CHARTS_H
#define NACREI_CLI_REPORT_CHARTS_H

#include "cli/run_job.h"
#include "cli/svg_chart.h"

/// Writes the figures of one symbol as HTML.
NACRE_MUST_CHECK nacre_status nacrei_report_charts(FILE *out, const run_job *job,
                                                   const run_symbol *symbol, nacre_error *err);

/// Ticks for a bucket axis: the finest calendar step that gives at most `limit` of them. A tick is
/// strong and carries the date where the local date changes, else it carries the time.
/// @param local_s  local civil seconds of each bucket's end
size_t nacrei_report_ticks(const int64_t *local_s, size_t count, size_t limit, svg_tick *out);

/// Position of an instant on the bucket axis, interpolated inside its bucket.
double nacrei_report_position(const nacre_vpin_bucket *buckets, size_t count, int64_t t_ns);

#endif
