// Package plan brings the projections of the planning document: a CSV file, a
// workbook or a grid of cells from elsewhere, in which people write what each metric should be in a week, a month or
// a quarter. It reads the document, checks it against the registry, and says what
// a week or a day was planned to be. What really happened, and how far from the
// plan it is, is left to others.
//
// # The document
//
// A header row, found within the first twenty rows, decides between two forms:
//
//	metric,period,value             one figure a row
//	metric,2026-10,2026-11,2026-Q1  one metric a row
//
// Both may have the columns version and is (daily or total). A period is a week,
// named by the date on which it ends (2026-11-15), a month (2026-11) or a quarter
// of the civil year (2026-Q4). In a workbook it may be a real date: a cell that
// shows no day of the month is a month, any other is the end of a week. Only the
// type, the value and the date format of a cell count; otherwise its formatting
// does not. A formula counts as the value that was saved with it. A grid is read as a
// workbook is.
//
// A blank cell is no plan. Zero and negative figures are figures. A number is
// never guessed: digit groups are read only if they are well formed, and "1,234"
// only if the decimal sign is declared, since it may mean 1.234.
//
// A document may hold several versions; the one that is asked for is used, or the
// one that appears last. A metric that it leaves out has no plan: versions are
// never mixed. Every row names a metric of the registry by its name in the plan,
// and no figure stands twice. A grid, which anyone may change at any time, has a
// revision besides: eight hexadecimal digits that are made of the figures of the
// version, so that other figures are another revision and another layout is not.
//
// # From figures to days
//
// Every day of a period carries the daily value of its figure: the figure itself,
// or, if it is a total, the total divided by the days that the calendar counts in
// the period. Where periods overlap, the finer one holds: a week before a month,
// a month before a quarter.
//
// A level (roll last) holds its figure throughout the period (step), or moves in
// straight lines through the figures, each standing at the last day of its period
// (linear). A line is drawn only through days that lie in a period with a figure.
// Before the end of the first figure's period, and after the end of the last
// one's, there is no line, and so no plan.
//
// A total means something only where daily values add up: for the rolls mean and
// sum. For a level, a ratio and a whole-week metric it is a fault, but for one
// case: the total of one week of a whole-week metric is that week's figure.
//
// # From days to a week
//
// The week of a mean is the mean of its seven days, of a sum their sum. A ratio
// and a whole-week metric carry their figure on each day, and their week is the
// mean of the seven. In all of these a week that crosses a month mixes by days,
// and a week in which any day has no plan has none. The week of a level is its
// last day's.
//
// All of it is exact arithmetic: nothing is rounded.
package plan
