// SPDX-License-Identifier: Apache-2.0
// Reading QPS text. A data line begins with a blank, a section header does not. The lines are split
// at blanks first (free format, which covers most fixed files too); where that fails, the file is
// read again by the columns of fixed MPS, because names there may hold blanks. If both fail, the
// first message stands: a file that is fixed in truth fails there at its first odd name.
#include "engine/portfolio/solver/qps.h"

#include "core/alloc.h"
#include "core/small_file.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FILE_LIMIT ((size_t)256 << 20)
enum { FIELDS_MAX = 7, NUMBER_BYTES = 64, SHOWN = 40 };
/// Bounds from here on are infinite, as writers of MPS files mean them (CPLEX, Gurobi).
static const double INFINITE_BOUND = 1e20;

typedef struct field {
    const char *text;
    size_t length;
} field;

typedef enum section {
    NO_SECTION,
    ROWS,
    COLUMNS,
    RHS,
    RANGES,
    BOUNDS,
    QUADOBJ,
    QMATRIX,
    OBJSENSE,
    ENDATA,
} section;

typedef struct qps_reader {
    nacre_qps *qps;
    const char *file;
    size_t line;
    bool fixed;
    field fields[FIELDS_MAX];
    size_t count;
    section section;
    field sets[ENDATA]; ///< of RHS, RANGES and BOUNDS: the first set name
    bool priced;        ///< the current column has its entry of the objective
} qps_reader;

static nacre_status bad(const qps_reader *reader, nacre_error *err, const char *what,
                        const field *shown)
{
    int length = shown ? (int)(shown->length < SHOWN ? shown->length : SHOWN) : 0;
    return nacrei_fail(err, NACRE_E_PARSE, "%s:%zu: %s%s%.*s%s", reader->file, reader->line, what,
                       shown ? " '" : "", length, shown ? shown->text : "", shown ? "'" : "");
}

static bool equals(const field *f, const char *text)
{
    return f->length == strlen(text) && memcmp(f->text, text, f->length) == 0;
}

static bool blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/// Splits at blanks; more fields than a line can have are kept as one too many.
static void split_free(qps_reader *reader, const char *line, size_t length)
{
    reader->count = 0;
    for (size_t i = 0; i < length && reader->count < FIELDS_MAX;) {
        while (i < length && blank(line[i]))
            i++;
        size_t begin = i;
        while (i < length && !blank(line[i]))
            i++;
        if (i > begin)
            reader->fields[reader->count++] = (field){line + begin, i - begin};
    }
}

/// Fields 1 to 6 of fixed MPS: columns 2-3, 5-12, 15-22, 25-36, 40-47, 50-61. An empty set name is
/// a field of length 0; trailing empty fields are not counted.
static void split_fixed(qps_reader *reader, const char *line, size_t length)
{
    static const size_t begins[] = {1, 4, 14, 24, 39, 49}, ends[] = {3, 12, 22, 36, 47, 61};
    bool typed = reader->section == ROWS || reader->section == BOUNDS;
    reader->count = 0;
    size_t last = 0;
    for (size_t f = typed ? 0 : 1; f < 6; f++) {
        size_t begin = begins[f] < length ? begins[f] : length;
        size_t end = ends[f] < length ? ends[f] : length;
        while (begin < end && blank(line[begin]))
            begin++;
        while (end > begin && blank(line[end - 1]))
            end--;
        reader->fields[reader->count++] = (field){line + begin, end - begin};
        if (end > begin)
            last = reader->count;
    }
    reader->count = last;
}

static nacre_status number(const qps_reader *reader, const field *f, double *value,
                           nacre_error *err)
{
    char text[NUMBER_BYTES];
    if (f->length == 0 || f->length >= sizeof text)
        return bad(reader, err, "not a number:", f);
    for (size_t i = 0; i < f->length; i++) {
        char c = f->text[i];
        if (!((c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.' || c == 'e' || c == 'E' ||
              c == 'd' || c == 'D'))
            return bad(reader, err, "not a number:", f);
        text[i] = c == 'd' || c == 'D' ? 'e' : c; // Fortran's exponent
    }
    text[f->length] = '\0';
    char *end;
    *value = strtod(text, &end);
    if (end != text + f->length || end == text || !isfinite(*value))
        return bad(reader, err, "not a finite number:", f);
    return NACRE_OK;
}

static nacre_status find_row(const qps_reader *reader, const field *f, uint32_t *row,
                             nacre_error *err)
{
    size_t at = nacrei_qps_names_find(&reader->qps->all_rows, f->text, f->length);
    if (at == SIZE_MAX)
        return bad(reader, err, "no row has the name", f);
    *row = reader->qps->row_of[at];
    return NACRE_OK;
}

static nacre_status find_column(const qps_reader *reader, const field *f, uint32_t *column,
                                nacre_error *err)
{
    size_t at = nacrei_qps_names_find(&reader->qps->columns, f->text, f->length);
    if (at == SIZE_MAX)
        return bad(reader, err, "no column has the name", f);
    *column = (uint32_t)at;
    return NACRE_OK;
}

static nacre_status append(nacre_qps *qps, nacrei_qps_list *list, uint32_t row, uint32_t column,
                           double value, nacre_error *err)
{
    nacre_status status = nacrei_grow(qps->ctx, &list->entry, &list->capacity, list->count + 1,
                                      sizeof *list->entry, "entries of a QPS file", err);
    if (!status)
        list->entry[list->count++] = (nacrei_qps_entry){row, column, value};
    return status;
}

/// A file may hold alternatives under further set names: which one is meant is not ours to guess.
static nacre_status same_set(qps_reader *reader, const field *name, nacre_error *err)
{
    field *first = &reader->sets[reader->section];
    if (name->length == 0)
        return NACRE_OK;
    if (first->length == 0)
        *first = *name;
    if (first->length != name->length || memcmp(first->text, name->text, name->length) != 0)
        return bad(reader, err, "second set in this section, keep one:", name);
    return NACRE_OK;
}

static nacre_status read_row(qps_reader *reader, nacre_error *err)
{
    nacre_qps *qps = reader->qps;
    const field *type = reader->fields, *name = reader->fields + 1;
    if (reader->count != 2 || type->length != 1 || !strchr("NELGnelg", type->text[0]) ||
        name->length == 0)
        return bad(reader, err, "a row is a type N, E, L or G and a name", NULL);
    if (nacrei_qps_names_find(&qps->all_rows, name->text, name->length) != SIZE_MAX)
        return bad(reader, err, "second row with the name", name);
    size_t at = qps->all_rows.count, m = qps->rows;
    nacre_status status = nacrei_grow(qps->ctx, &qps->row_of, &qps->row_of_capacity, at + 1,
                                      sizeof *qps->row_of, "rows", err);
    if (!status)
        status = nacrei_grow(qps->ctx, &qps->name_of, &qps->name_of_capacity, m + 1,
                             sizeof *qps->name_of, "rows", err);
    if (!status)
        status = nacrei_grow(qps->ctx, &qps->type, &qps->type_capacity, m + 1, 1, "rows", err);
    if (!status)
        status = nacrei_grow(qps->ctx, &qps->rhs, &qps->rhs_capacity, m + 1, sizeof *qps->rhs,
                             "rows", err);
    if (!status)
        status = nacrei_grow(qps->ctx, &qps->range, &qps->range_capacity, m + 1, sizeof *qps->range,
                             "rows", err);
    if (!status)
        status = nacrei_qps_names_add(&qps->all_rows, name->text, name->length, err);
    if (status)
        return status;
    char kind = (char)(type->text[0] & ~0x20); // upper case
    if (kind == 'N') {
        qps->row_of[at] = qps->has_objective ? NACREI_QPS_IGNORED : NACREI_QPS_OBJECTIVE;
        qps->has_objective = true;
        return NACRE_OK;
    }
    qps->row_of[at] = (uint32_t)m;
    qps->name_of[m] = at;
    qps->type[m] = kind;
    qps->rhs[m] = qps->range[m] = (double)NAN;
    qps->rows++;
    return NACRE_OK;
}

static nacre_status add_column(nacre_qps *qps, const field *name, nacre_error *err)
{
    size_t n = qps->columns.count;
    nacre_status status = nacrei_grow(qps->ctx, &qps->linear, &qps->linear_capacity, n + 1,
                                      sizeof *qps->linear, "columns", err);
    if (!status)
        status = nacrei_grow(qps->ctx, &qps->lower, &qps->lower_capacity, n + 1, sizeof *qps->lower,
                             "columns", err);
    if (!status)
        status = nacrei_grow(qps->ctx, &qps->upper, &qps->upper_capacity, n + 1, sizeof *qps->upper,
                             "columns", err);
    if (!status)
        status = nacrei_qps_names_add(&qps->columns, name->text, name->length, err);
    if (status)
        return status;
    qps->linear[n] = qps->lower[n] = 0.0;
    qps->upper[n] = (double)INFINITY;
    return NACRE_OK;
}

static nacre_status read_column(qps_reader *reader, nacre_error *err)
{
    nacre_qps *qps = reader->qps;
    const field *f = reader->fields;
    if (reader->count >= 2 && equals(f + 1, "'MARKER'"))
        return nacrei_fail(err, NACRE_E_UNSUPPORTED, "%s:%zu: integer columns are not supported",
                           reader->file, reader->line);
    if ((reader->count != 3 && reader->count != 5) || f->length == 0)
        return bad(reader, err, "a column line is a name and one or two pairs of row and value",
                   NULL);
    size_t last = qps->columns.count;
    if (last == 0 || nacrei_qps_names_find(&qps->columns, f->text, f->length) != last - 1) {
        if (nacrei_qps_names_find(&qps->columns, f->text, f->length) != SIZE_MAX)
            return bad(reader, err, "other columns stand between the lines of column", f);
        nacre_status status = add_column(qps, f, err);
        if (status)
            return status;
        last++;
        reader->priced = false;
    }
    for (size_t k = 1; k + 1 < reader->count; k += 2) {
        uint32_t row = 0;
        double value = 0.0;
        nacre_status status = find_row(reader, f + k, &row, err);
        if (!status)
            status = number(reader, f + k + 1, &value, err);
        if (status)
            return status;
        if (row == NACREI_QPS_OBJECTIVE && reader->priced)
            return bad(reader, err, "second entry of the objective in column", f);
        if (row == NACREI_QPS_OBJECTIVE) {
            qps->linear[last - 1] = value;
            reader->priced = true;
        } else if (row != NACREI_QPS_IGNORED)
            status = append(qps, &qps->a, row, (uint32_t)(last - 1), value, err);
        if (status)
            return status;
    }
    return NACRE_OK;
}

/// RHS and RANGES: an optional set name, then pairs of row and value.
static nacre_status read_side(qps_reader *reader, nacre_error *err)
{
    nacre_qps *qps = reader->qps;
    const field *f = reader->fields;
    size_t first = reader->fixed ? 1 : reader->count % 2;
    if (reader->count < first + 2 || (reader->count - first) % 2 != 0 || reader->count > 5)
        return bad(reader, err, "expected a set name and one or two pairs of row and value", NULL);
    nacre_status status = first ? same_set(reader, f, err) : NACRE_OK;
    for (size_t k = first; k + 1 < reader->count && !status; k += 2) {
        uint32_t row = 0;
        double value = 0.0;
        status = find_row(reader, f + k, &row, err);
        if (!status)
            status = number(reader, f + k + 1, &value, err);
        if (status)
            return status;
        if (row == NACREI_QPS_IGNORED)
            continue;
        bool ranges = reader->section == RANGES;
        if (row == NACREI_QPS_OBJECTIVE && ranges)
            return bad(reader, err, "the objective cannot have a range", NULL);
        double *side =
            row == NACREI_QPS_OBJECTIVE ? &qps->constant : (ranges ? qps->range : qps->rhs) + row;
        if (!isnan(*side))
            return bad(reader, err, "second value for row", f + k);
        *side = row == NACREI_QPS_OBJECTIVE ? -value : value;
    }
    return status;
}

static nacre_status apply_bound(qps_reader *reader, const field *type, uint32_t j, double value,
                                nacre_error *err)
{
    nacre_qps *qps = reader->qps;
    if (equals(type, "UP")) {
        qps->upper[j] = value;
        if (value < 0.0 && qps->lower[j] == 0.0) // as the first MPS readers did
            qps->lower[j] = -(double)INFINITY;
    } else if (equals(type, "LO")) {
        qps->lower[j] = value;
    } else if (equals(type, "FX")) {
        qps->lower[j] = qps->upper[j] = value;
    } else if (equals(type, "FR")) {
        qps->lower[j] = -(double)INFINITY;
        qps->upper[j] = (double)INFINITY;
    } else if (equals(type, "MI")) {
        qps->lower[j] = -(double)INFINITY;
    } else if (equals(type, "PL")) {
        qps->upper[j] = (double)INFINITY;
    } else if (equals(type, "BV") || equals(type, "LI") || equals(type, "UI") ||
               equals(type, "SC")) {
        return nacrei_fail(err, NACRE_E_UNSUPPORTED,
                           "%s:%zu: bound type %.2s is for integer or semi-continuous columns, "
                           "which are not supported",
                           reader->file, reader->line, type->text);
    } else {
        return bad(reader, err, "unknown bound type", type);
    }
    return NACRE_OK;
}

static nacre_status read_bound(qps_reader *reader, nacre_error *err)
{
    const field *f = reader->fields;
    if (reader->count < 2)
        return bad(reader, err, "a bound is a type, a set name, a column and a value", NULL);
    bool valued = equals(f, "UP") || equals(f, "LO") || equals(f, "FX");
    size_t column = reader->fixed || reader->count == 4 || (!valued && reader->count == 3) ? 2 : 1;
    uint32_t j = 0;
    double value = 0.0;
    // A bound without a value may carry one that means nothing: "FR BND X 0" and "FR X 0".
    if (!valued && !reader->fixed && reader->count == 3 &&
        nacrei_qps_names_find(&reader->qps->columns, f[2].text, f[2].length) == SIZE_MAX)
        column = 1;
    if (column >= reader->count || reader->count > 4)
        return bad(reader, err, "a bound is a type, a set name, a column and a value", NULL);
    nacre_status status = column == 2 ? same_set(reader, f + 1, err) : NACRE_OK;
    if (!status)
        status = find_column(reader, f + column, &j, err);
    if (!status && valued) {
        if (column + 1 >= reader->count)
            return bad(reader, err, "the bound has no value", NULL);
        status = number(reader, f + column + 1, &value, err);
        if (fabs(value) >= INFINITE_BOUND)
            value = copysign((double)INFINITY, value);
        // A lower bound of +infinity, an upper one of -infinity: nothing lies inside.
        if (!status && isinf(value) && (equals(f, "FX") || (value > 0.0) == equals(f, "LO")))
            return bad(reader, err,
                       "no value of the column meets a bound at infinity:", f + column);
    }
    return status ? status : apply_bound(reader, f, j, value, err);
}

static nacre_status read_quadratic(qps_reader *reader, nacre_error *err)
{
    const field *f = reader->fields;
    if (reader->count != 3 && reader->count != 5)
        return bad(reader, err, "a quadratic entry is two columns and a value", NULL);
    for (size_t k = 1; k + 1 < reader->count; k += 2) {
        uint32_t i = 0, j = 0;
        double value = 0.0;
        nacre_status status = find_column(reader, f, &i, err);
        if (!status)
            status = find_column(reader, f + k, &j, err);
        if (!status)
            status = number(reader, f + k + 1, &value, err);
        if (!status)
            status = append(reader->qps, &reader->qps->p, i, j, value, err);
        if (status)
            return status;
    }
    return NACRE_OK;
}

static nacre_status read_sense(const qps_reader *reader, const field *f, nacre_error *err)
{
    if (equals(f, "MIN") || equals(f, "MINIMIZE"))
        return NACRE_OK;
    return nacrei_fail(err, NACRE_E_UNSUPPORTED,
                       "%s:%zu: only minimisation is supported; negate the objective", reader->file,
                       reader->line);
}

static nacre_status keep_name(qps_reader *reader, const char *line, size_t length, nacre_error *err)
{
    nacre_qps *qps = reader->qps;
    size_t begin = 4;
    while (begin < length && blank(line[begin]))
        begin++;
    while (length > begin && blank(line[length - 1]))
        length--;
    if (qps->name)
        return bad(reader, err, "second NAME line", NULL);
    qps->name_bytes = length - begin + 1;
    nacre_status status = nacrei_alloc(qps->ctx, qps->name_bytes, 1, "name", &qps->name, err);
    if (!status)
        memcpy(qps->name, line + begin, length - begin);
    return status;
}

static nacre_status read_header(qps_reader *reader, const char *line, size_t length,
                                nacre_error *err)
{
    static const struct {
        const char *name;
        section section;
    } known[] = {{"ROWS", ROWS},        {"COLUMNS", COLUMNS}, {"RHS", RHS},
                 {"RANGES", RANGES},    {"BOUNDS", BOUNDS},   {"QUADOBJ", QUADOBJ},
                 {"QSECTION", QUADOBJ}, {"QMATRIX", QMATRIX}, {"OBJSENSE", OBJSENSE},
                 {"ENDATA", ENDATA}};
    split_free(reader, line, length);
    if (equals(reader->fields, "NAME"))
        return keep_name(reader, line, length, err);
    section next = NO_SECTION;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (equals(reader->fields, known[i].name))
            next = known[i].section;
    if (next == NO_SECTION)
        return bad(reader, err, "unknown section", reader->fields);
    if (next == COLUMNS && !reader->qps->has_objective)
        return bad(reader, err, "there is no objective: no row has type N", NULL);
    if ((next == QUADOBJ || next == QMATRIX) && reader->qps->p.count > 0)
        return bad(reader, err, "second quadratic section", NULL);
    reader->qps->full_p = reader->qps->full_p || next == QMATRIX;
    reader->section = next;
    if (next == OBJSENSE && reader->count > 1)
        return read_sense(reader, reader->fields + 1, err);
    return NACRE_OK;
}

static nacre_status read_line(qps_reader *reader, const char *line, size_t length, nacre_error *err)
{
    size_t first = 0;
    while (first < length && blank(line[first]))
        first++;
    if (first == length || line[0] == '*')
        return NACRE_OK;
    if (memchr(line, '\0', length))
        return bad(reader, err, "the line holds a NUL byte", NULL);
    if (first == 0)
        return read_header(reader, line, length, err);
    if (reader->fixed)
        split_fixed(reader, line, length);
    else
        split_free(reader, line, length);
    switch (reader->section) {
    case ROWS:
        return read_row(reader, err);
    case COLUMNS:
        return read_column(reader, err);
    case RHS:
    case RANGES:
        return read_side(reader, err);
    case BOUNDS:
        return read_bound(reader, err);
    case QUADOBJ:
    case QMATRIX:
        return read_quadratic(reader, err);
    case OBJSENSE:
        split_free(reader, line, length);
        return read_sense(reader, reader->fields, err);
    case NO_SECTION:
    case ENDATA:
        break;
    }
    return bad(reader, err, "data outside of any section", NULL);
}

static nacre_status read_text(nacre_ctx *ctx, const char *file, const char *text, size_t bytes,
                              bool fixed, nacre_qps **out, nacre_error *err)
{
    nacre_qps *qps;
    nacre_status status = nacrei_alloc(ctx, 1, sizeof *qps, "QPS file", &qps, err);
    if (status)
        return status;
    qps->ctx = qps->all_rows.ctx = qps->columns.ctx = ctx;
    qps->constant = (double)NAN;
    qps_reader reader = {.qps = qps, .file = file, .fixed = fixed};
    for (size_t at = 0; at < bytes && !status && reader.section != ENDATA;) {
        const char *end = memchr(text + at, '\n', bytes - at);
        size_t length = end ? (size_t)(end - text) - at : bytes - at;
        reader.line++;
        status = read_line(&reader, text + at, length, err);
        at += length + 1;
    }
    if (!status && reader.section != ENDATA)
        status = bad(&reader, err, "the file ends without ENDATA: it is cut off", NULL);
    if (!status && qps->columns.count == 0)
        status = bad(&reader, err, "there are no columns", NULL);
    if (!status)
        status = nacrei_qps_build(qps, file, err);
    if (status) {
        nacre_qps_destroy(qps);
        return status;
    }
    *out = qps;
    return NACRE_OK;
}

nacre_status nacre_qps_parse(nacre_ctx *ctx, const char *name, const char *text, size_t bytes,
                             nacre_qps **out, nacre_error *err)
{
    *out = NULL;
    nacre_status status = read_text(ctx, name, text, bytes, false, out, err);
    if (status != NACRE_E_PARSE)
        return status;
    nacre_error other = {0};
    nacre_status fixed = read_text(ctx, name, text, bytes, true, out, &other);
    if (fixed == NACRE_E_NOMEM && err)
        *err = other;
    return fixed == NACRE_E_NOMEM || !fixed ? fixed : status;
}

nacre_status nacre_qps_open(nacre_ctx *ctx, const char *path, nacre_qps **out, nacre_error *err)
{
    char *text;
    size_t bytes;
    *out = NULL;
    nacre_status status = nacrei_small_file_read(ctx, path, FILE_LIMIT, &text, &bytes, err);
    if (status)
        return status;
    status = nacre_qps_parse(ctx, path, text, bytes, out, err);
    nacrei_small_file_free(ctx, text, bytes);
    return status;
}

void nacre_qps_destroy(nacre_qps *qps)
{
    if (!qps)
        return;
    nacre_ctx *ctx = qps->ctx;
    size_t m = qps->rows, n = qps->columns.count;
    nacrei_free(ctx, qps->name, qps->name_bytes, 1);
    nacrei_free(ctx, qps->row_of, qps->row_of_capacity, sizeof *qps->row_of);
    nacrei_free(ctx, qps->name_of, qps->name_of_capacity, sizeof *qps->name_of);
    nacrei_free(ctx, qps->type, qps->type_capacity, 1);
    nacrei_free(ctx, qps->rhs, qps->rhs_capacity, sizeof *qps->rhs);
    nacrei_free(ctx, qps->range, qps->range_capacity, sizeof *qps->range);
    nacrei_free(ctx, qps->linear, qps->linear_capacity, sizeof *qps->linear);
    nacrei_free(ctx, qps->lower, qps->lower_capacity, sizeof *qps->lower);
    nacrei_free(ctx, qps->upper, qps->upper_capacity, sizeof *qps->upper);
    nacrei_free(ctx, qps->a_start, m + 1, sizeof *qps->a_start);
    nacrei_free(ctx, qps->a_index, qps->a.count, sizeof *qps->a_index);
    nacrei_free(ctx, qps->a_value, qps->a.count, sizeof *qps->a_value);
    nacrei_free(ctx, qps->p_start, n + 1, sizeof *qps->p_start);
    nacrei_free(ctx, qps->p_index, qps->p.count, sizeof *qps->p_index);
    nacrei_free(ctx, qps->p_value, qps->p.count, sizeof *qps->p_value);
    nacrei_free(ctx, qps->row_lower, m, sizeof *qps->row_lower);
    nacrei_free(ctx, qps->row_upper, m, sizeof *qps->row_upper);
    nacrei_free(ctx, qps->a.entry, qps->a.capacity, sizeof *qps->a.entry);
    nacrei_free(ctx, qps->p.entry, qps->p.capacity, sizeof *qps->p.entry);
    nacrei_qps_names_fini(&qps->all_rows);
    nacrei_qps_names_fini(&qps->columns);
    nacrei_free(ctx, qps, 1, sizeof *qps);
}

const nacre_qp *nacre_qps_problem(const nacre_qps *qps)
{
    return &qps->problem;
}

const char *nacre_qps_name(const nacre_qps *qps)
{
    return qps->name ? qps->name : "";
}

const char *nacre_qps_variable_name(const nacre_qps *qps, size_t index)
{
    return nacrei_qps_names_at(&qps->columns, index);
}

const char *nacre_qps_row_name(const nacre_qps *qps, size_t index)
{
    return nacrei_qps_names_at(&qps->all_rows, qps->name_of[index]);
}
