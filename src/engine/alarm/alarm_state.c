// SPDX-License-Identifier: Apache-2.0
// One step of the alarm's state machine; see alarm_state.h for its rules.
#include "engine/alarm/alarm_state.h"

#include <math.h>

nacrei_alarm_event nacrei_alarm_step(nacrei_alarm_state *state, double value, double threshold,
                                     double hysteresis, uint32_t horizon)
{
    if (isnan(value))
        return state->active ? NACREI_ALARM_CONTINUE : NACREI_ALARM_NONE;
    uint32_t was_below = state->below;
    state->below = value < threshold;
    if (state->active) {
        if (value < threshold - hysteresis || state->age >= horizon) {
            state->active = 0;
            state->age = 0;
            return NACREI_ALARM_END;
        }
        state->age++;
        return NACREI_ALARM_CONTINUE;
    }
    if (!was_below || state->below)
        return NACREI_ALARM_NONE;
    state->active = 1;
    state->age = 1;
    return NACREI_ALARM_BEGIN;
}
