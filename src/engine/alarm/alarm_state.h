// SPDX-License-Identifier: Apache-2.0
// The alarm as an event: it begins when a value crosses the threshold from below, and ends when the
// value falls under threshold - hysteresis or after `horizon` steps. Events are counted, not steps.
// One state machine for VPIN and for the baselines that stand beside it, so that they differ in
// nothing but the value that they watch.
#ifndef NACREI_ENGINE_ALARM_STATE_H
#define NACREI_ENGINE_ALARM_STATE_H

#include <stdint.h>

/// All zero at first: a crossing needs a value below the threshold before it.
typedef struct nacrei_alarm_state {
    uint32_t active; ///< 1 while an event is on
    uint32_t below;  ///< 1 when the last value was below the threshold
    uint32_t age;    ///< steps of the event so far, its first included
} nacrei_alarm_state;

typedef enum {
    NACREI_ALARM_NONE,     ///< off
    NACREI_ALARM_BEGIN,    ///< on; this is its first step
    NACREI_ALARM_CONTINUE, ///< on
    NACREI_ALARM_END,      ///< off; the step before was the last
} nacrei_alarm_event;

/// One step. After an end by the horizon a new event needs a fresh crossing; a crossing in the very
/// step that ends an event starts none.
/// @param value    NaN = no value: the state stays, its age too
/// @param horizon  longest event in steps, at least 1
nacrei_alarm_event nacrei_alarm_step(nacrei_alarm_state *state, double value, double threshold,
                                     double hysteresis, uint32_t horizon);

#endif
