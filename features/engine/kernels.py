"""Loops from records to cells: what holds, what came lately, what fades, what is open and how old it is."""

from __future__ import annotations

import numpy as np

from features.engine.compiling import ROWS, float32, float64, int16, int32, int64, kernel, read, void

#: (sums, weights): whole numbers in the narrowest type that holds their sums, real weights in float64.
_SUMMED = ((int32, int64), (int64, int64), (float64, float64))


@kernel(*(int64(sums[:, ::1], int64, int64, *[ROWS] * 4, read(weight), int64[::1]) for sums, weight in _SUMMED))
def running_sums(sums, begin, end, grid, known, start, stop, weight, others):  # type: ignore[no-untyped-def]
    """Sum the rows that are seen from the period after they became known and for ever, running over the columns.

    Rows of `sums` are the columns from `begin` on; earlier rows count at the first. The places of the rows that are not
    like that are left in `others`; returns how many they are.
    """
    sums[:] = 0
    number = 0
    for row in range(len(grid)):
        if start[row] != known[row] + 1 or stop[row] < end - 1:
            others[number] = row
            number += 1
        elif start[row] < end:
            sums[max(start[row] - begin, 0), grid[row]] += weight[row]
    for column in range(1, sums.shape[0]):
        for cell in range(sums.shape[1]):
            sums[column, cell] += sums[column - 1, cell]
    return number


@kernel(*(void(sums[:, ::1], read(sums, 2), *[int64] * 3, *[ROWS] * 4, read(weight)) for sums, weight in _SUMMED))
def window_of(counts, sums, window, before, begin, grid, known, start, stop, weight):  # type: ignore[no-untyped-def]
    """What became known in the last `window` periods but not in the last `before`.

    Differences of running sums, if there are any, and the rows that are not in them.
    """
    columns, cells = counts.shape
    now = len(sums) - columns
    if len(sums) == 0:
        counts[:] = 0
    for column in range(columns if len(sums) else 0):
        for cell in range(cells):
            counts[column, cell] = sums[now + column - before, cell] - sums[now + column - window, cell]
    for row in range(len(grid)):
        first = max(max(start[row], known[row] + before + 1) - begin, 0)
        last = min(min(stop[row], known[row] + window) - begin, columns - 1)
        for column in range(first, last + 1):
            counts[column, grid[row]] += weight[row]


@kernel(*(void(sums[:, ::1], int64, *[ROWS] * 3, read(weight)) for sums, weight in _SUMMED))
def holding(sums, begin, grid, start, stop, weight):  # type: ignore[no-untyped-def]
    """(columns, cells) summed weight of the spans that hold."""
    columns, cells = sums.shape
    sums[:] = 0
    for row in range(len(grid)):
        first, after = max(start[row] - begin, 0), stop[row] + 1 - begin
        if first < columns and after > first:
            sums[first, grid[row]] += weight[row]
            if after < columns:
                sums[after, grid[row]] -= weight[row]
    for column in range(1, columns):
        for cell in range(cells):
            sums[column, cell] += sums[column - 1, cell]


@kernel(
    *(
        void(float64[:, :, ::1], read(int16), *[int64] * 2, *[ROWS] * 4, read(weight), read(float64))
        for weight in (int64, float64)
    )
)
def decayed(state, code, lowest, begin, grid, known, start, stop, weight, powers):  # type: ignore[no-untyped-def]
    """(codes, columns, cells) sums of weights that fade by powers[1] in each period, of the codes from the lowest on."""
    codes, columns, cells = state.shape
    state[:] = 0
    for row in range(len(grid)):
        first, after = max(start[row] - begin, 0), stop[row] + 1 - begin
        one = code[row] - lowest
        if first < columns and after > first and 0 <= one < codes:
            state[one, first, grid[row]] += weight[row] * powers[max(first + begin - 1 - known[row], 0)]
            if after < columns:
                state[one, after, grid[row]] -= weight[row] * powers[max(stop[row] - known[row], 0)]
    for one in range(codes):
        for column in range(1, columns):
            for cell in range(cells):
                state[one, column, cell] += state[one, column - 1, cell] * powers[1]


@kernel(int64(int64[::1], *[int64] * 3, *[ROWS] * 3))
def visible_rows(found, begin, end, longest, known, start, stop):  # type: ignore[no-untyped-def]
    """Write the places of the rows that any column sees within `longest` periods of their becoming known; how many."""
    number = 0
    for row in range(len(known)):
        if start[row] < end and min(stop[row], known[row] + longest) >= max(start[row], begin):
            found[number] = row
            number += 1
    return number


@kernel(void(int64[:, ::1], int64[:, ::1], read(int64), int64, *[ROWS] * 4, read(int64)))
def summed_ages(ages, held, days, begin, grid, start, stop, day, weight):  # type: ignore[no-untyped-def]
    """(columns, cells) weighted days since the event, of the spans that hold; `held` is room of the same shape."""
    columns, cells = ages.shape
    ages[:] = 0
    held[:] = 0
    for row in range(len(grid)):
        first, after = max(start[row] - begin, 0), stop[row] + 1 - begin
        if first < columns and after > first:
            past = weight[row] * (days[0] - day[row])
            held[first, grid[row]] += weight[row]
            ages[first, grid[row]] += past
            if after < columns:
                held[after, grid[row]] -= weight[row]
                ages[after, grid[row]] -= past
    for column in range(1, columns):
        for cell in range(cells):
            held[column, cell] += held[column - 1, cell]
            ages[column, cell] += ages[column - 1, cell]
    for column in range(1, columns):
        for cell in range(cells):
            ages[column, cell] += (days[column] - days[0]) * held[column, cell]


#: The day of what never happened.
NEVER_SEEN = np.iinfo(np.int32).min


@kernel(void(float32[:, ::1], int32[:, ::1], read(int64), int64, *[ROWS] * 4))
def days_since(since, last, days, begin, grid, start, stop, day):  # type: ignore[no-untyped-def]
    """(columns, cells) days since the latest event that is seen, NaN where there is none; `last` is room of the same shape."""
    columns, cells = since.shape
    last[:] = NEVER_SEEN
    for row in range(len(grid)):
        first = max(start[row] - begin, 0)
        if stop[row] - begin >= columns - 1 and first < columns:
            last[first, grid[row]] = max(last[first, grid[row]], day[row])
    for column in range(1, columns):
        for cell in range(cells):
            last[column, cell] = max(last[column, cell], last[column - 1, cell])
    for row in range(len(grid)):
        if stop[row] - begin < columns - 1:
            for column in range(max(start[row] - begin, 0), stop[row] - begin + 1):
                last[column, grid[row]] = max(last[column, grid[row]], day[row])
    for column in range(columns):
        for cell in range(cells):
            seen = last[column, cell]
            since[column, cell] = np.nan if seen == NEVER_SEEN else days[column] - seen


@kernel(void(int32[::1], int64[:, ::1], read(int32, 2), int64, *[ROWS] * 4))
def days_by_cell(found, place, number, begin, grid, start, stop, day):  # type: ignore[no-untyped-def]
    """Write each row's day at every cell and column that sees it, a cell's side by side; `place` is after its last."""
    columns, cells = place.shape
    before = 0
    for column in range(columns):
        for cell in range(cells):
            place[column, cell] = before
            before += number[column, cell]
    for row in range(len(grid)):
        for column in range(max(start[row] - begin, 0), min(stop[row] - begin, columns - 1) + 1):
            found[place[column, grid[row]]] = day[row]
            place[column, grid[row]] += 1


@kernel(void(float32[:, ::1], read(int32, 2), read(int64, 2), read(int32), read(int64), float64))
def quantile_of_ages(ages, number, after, found, days, share):  # type: ignore[no-untyped-def]
    """(columns, cells) the age below which this share of a cell's days lies (the lower of two); NaN where there is none."""
    columns, cells = ages.shape
    for column in range(columns):
        for cell in range(cells):
            many = number[column, cell]
            if many == 0:
                ages[column, cell] = np.nan
            else:
                place = after[column, cell] - many + np.int64(share * (many - 1))
                ages[column, cell] = days[column] - found[place]


@kernel(void(int32[:, ::1], int32[:, ::1], int64, int64, *[ROWS] * 4))
def active_periods(active, sums, window, begin, grid, known, start, stop):  # type: ignore[no-untyped-def]
    """(columns, cells) periods of the last `window` in which anything became known that still holds, each counted once.

    Rows come by grid and period. `sums` is room for `window` columns more than `active`.
    """
    columns, cells = active.shape
    active[:] = 0
    sums[:] = 0
    end = begin + columns
    row = 0
    while row < len(grid):
        after = row
        ever = False  # whether any row of this grid and period is seen at once and for ever
        while after < len(grid) and grid[after] == grid[row] and known[after] == known[row]:
            ever |= start[after] == known[after] + 1 and stop[after] >= end - 1
            after += 1
        first = known[row] + 1
        if ever:
            if first < end:
                sums[max(first - begin + window, 0), grid[row]] += 1
        else:
            for column in range(max(first - begin, 0), min(known[row] + window - begin, columns - 1) + 1):
                for one in range(row, after):
                    if start[one] <= begin + column <= stop[one]:
                        active[column, grid[row]] += 1
                        break
        row = after
    for column in range(1, len(sums)):
        for cell in range(cells):
            sums[column, cell] += sums[column - 1, cell]
    for column in range(columns):
        for cell in range(cells):
            active[column, cell] += sums[window + column, cell] - sums[column, cell]


@kernel(*(void(int64[:, ::1], read(kind, 2), *[int64] * 2, *[ROWS] * 4, read(int64)) for kind in (int32, int64)))
def add_where_any(found, other, window, begin, grid, known, start, stop, weight):  # type: ignore[no-untyped-def]
    """Add what became known in the last `window` periods, at each column and cell that has any of the other."""
    columns = found.shape[0]
    for row in range(len(grid)):
        last = min(min(stop[row], known[row] + window) - begin, columns - 1)
        for column in range(max(start[row] - begin, 0), last + 1):
            if other[column, grid[row]] > 0:
                found[column, grid[row]] += weight[row]


@kernel(int64(int64[::1], read(int64), read(int64)))
def places_among(found, ids, sought):  # type: ignore[no-untyped-def]
    """Write the places in `ids` of any of the sought ids, which rise; returns how many there are."""
    # Nearly every id is turned away by one bit of a small table.
    maybe = np.zeros(1 << 20, np.bool_)
    for one in sought:
        maybe[one & 0xFFFFF] = True
    number = 0
    for place in range(len(ids)):
        if maybe[ids[place] & 0xFFFFF]:
            near = np.searchsorted(sought, ids[place])
            if near < len(sought) and sought[near] == ids[place]:
                found[number] = place
                number += 1
    return number
