// SPDX-License-Identifier: Apache-2.0
// Another program as a child: run to its end, its standard output in a file, its errors dropped.
#ifndef NACREI_CLI_RUN_PROGRAM_H
#define NACREI_CLI_RUN_PROGRAM_H

/// Runs argv[0], found by PATH, with at most 15 arguments and its standard output in `stdout_path`.
/// Returns its exit code, 127 when it could not be started or ended by a signal.
int nacrei_program_run(const char *const *argv, const char *stdout_path);
/// A Python that has NumPy and pandas, or NULL. `scratch` is a file that may be overwritten.
const char *nacrei_program_python(const char *scratch);

#endif
