package logline

import (
	"bytes"
	"unicode/utf8"
)

const microsPerDay = 24 * 60 * 60 * 1_000_000

// The instants that lie on a day of the years 1 to 9999 in every time zone.
const (
	earliest = -719_161 * microsPerDay    // 0001-01-02
	latest   = 2_932_896*microsPerDay - 1 // 9999-12-30
)

// enDash is what word processors make of a hyphen.
const enDash = "–"

// two reads two digits.
func two(b []byte) (int, bool) {
	a, c := b[0]-'0', b[1]-'0'
	return int(a)*10 + int(c), a <= 9 && c <= 9
}

// parseDate reads 2015-02-10 as days since 1970-01-01. A date that the calendar lacks
// is none.
func parseDate(b []byte) (int64, bool) {
	if len(b) != len("2015-02-10") || b[4] != '-' || b[7] != '-' {
		return 0, false
	}
	century, ok1 := two(b)
	years, ok2 := two(b[2:])
	month, ok3 := two(b[5:])
	day, ok4 := two(b[8:])
	if !(ok1 && ok2 && ok3 && ok4) {
		return 0, false
	}
	year := century*100 + years
	if year < 1 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month) {
		return 0, false
	}
	return daysSince1970(year, month, day), true
}

func daysIn(year, month int) int {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// daysSince1970 counts days in the Gregorian calendar, with years that begin in March
// (H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil).
func daysSince1970(year, month, day int) int64 {
	if month <= 2 {
		year--
	}
	era := year / 400
	ofEra := year - era*400
	ofYear := (153*((month+9)%12)+2)/5 + day - 1
	return int64(era*146097 + ofEra*365 + ofEra/4 - ofEra/100 + ofYear - 719468)
}

// parseTime reads 10:24:31 with a fraction of up to nine digits, or none, as
// microseconds of the day; what is finer is cut off. There is no second 60.
func parseTime(b []byte) (int64, bool) {
	if len(b) < len("10:24:31") || b[2] != ':' || b[5] != ':' {
		return 0, false
	}
	hour, ok1 := two(b)
	minute, ok2 := two(b[3:])
	second, ok3 := two(b[6:])
	if !(ok1 && ok2 && ok3) || hour > 23 || minute > 59 || second > 59 {
		return 0, false
	}
	micros, ok := parseFraction(b[8:])
	return int64(hour*3600+minute*60+second)*1_000_000 + micros, ok
}

// parseFraction reads .324 as microseconds; nothing is 0.
func parseFraction(b []byte) (int64, bool) {
	if len(b) == 0 {
		return 0, true
	}
	if (b[0] != '.' && b[0] != ',') || len(b) < 2 || len(b) > 10 {
		return 0, false
	}
	micros := int64(0)
	for i := 1; i <= 6; i++ {
		digit := byte(0)
		if i < len(b) {
			digit = b[i] - '0'
		}
		if digit > 9 {
			return 0, false
		}
		micros = micros*10 + int64(digit)
	}
	for _, c := range b[min(len(b), 7):] {
		if c < '0' || c > '9' {
			return 0, false
		}
	}
	return micros, true
}

// parseISO reads 2015-02-10T10:24:31.324Z, with a T or a blank, and with Z, an offset or
// nothing, which is UTC.
func parseISO(b []byte) (int64, bool) {
	if len(b) < len("2015-02-10T10:24:31") || (b[10] != 'T' && b[10] != ' ') {
		return 0, false
	}
	date, ok := parseDate(b[:10])
	if !ok {
		return 0, false
	}
	rest, offset := b[11:], int64(0)
	switch sign := bytes.LastIndexAny(rest, "+-"); {
	case rest[len(rest)-1] == 'Z':
		rest = rest[:len(rest)-1]
	case sign > 0:
		if offset, ok = parseOffset(rest[sign:]); !ok {
			return 0, false
		}
		rest = rest[:sign]
	}
	micros, ok := parseTime(rest)
	return date*microsPerDay + micros - offset, ok
}

// parseOffset reads +05:30 or +0530 in microseconds.
func parseOffset(b []byte) (int64, bool) {
	sign := int64(1)
	if b[0] == '-' {
		sign = -1
	}
	colon := 0
	if len(b) == len("+05:30") && b[3] == ':' {
		colon = 1
	} else if len(b) != len("+0530") {
		return 0, false
	}
	hours, ok1 := two(b[1:])
	minutes, ok2 := two(b[3+colon:])
	return sign * int64(hours*3600+minutes*60) * 1_000_000, ok1 && ok2 && hours < 24 && minutes < 60
}

// parseEpoch reads a number of units since 1970, each of so many microseconds, with a
// fraction or none.
func parseEpoch(b []byte, unit int64) (int64, bool) {
	whole, fraction := b, []byte(nil)
	if dot := bytes.IndexByte(b, '.'); dot >= 0 {
		whole, fraction = b[:dot], b[dot:]
	}
	n, ok := ParseInt(whole)
	if !ok || n < 0 || n > latest/unit {
		return 0, false
	}
	ofUnit, ok := parseFraction(fraction)
	return n*unit + ofUnit/(1_000_000/unit), ok
}

// parseCLF reads 10/Feb/2015:10:24:31 +0000, as Apache and Nginx write it.
func parseCLF(b []byte) (int64, bool) {
	const form = "10/Feb/2015:10:24:31 +0000"
	if len(b) != len(form) || b[2] != '/' || b[6] != '/' || b[11] != ':' || b[20] != ' ' || b[21] != '+' && b[21] != '-' {
		return 0, false
	}
	month := bytes.Index([]byte("JanFebMarAprMayJunJulAugSepOctNovDec"), b[3:6])
	day, ok1 := two(b)
	century, ok2 := two(b[7:])
	years, ok3 := two(b[9:])
	if year := century*100 + years; ok1 && ok2 && ok3 && month >= 0 && month%3 == 0 && year >= 1 && day >= 1 && day <= daysIn(year, month/3+1) {
		micros, ok4 := parseTime(b[12:20])
		offset, ok5 := parseOffset(b[21:])
		return daysSince1970(year, month/3+1, day)*microsPerDay + micros - offset, ok4 && ok5
	}
	return 0, false
}

// ParseInt reads a whole number that an int64 holds.
func ParseInt(b []byte) (int64, bool) {
	digits, negative := b, false
	if len(digits) > 0 && (digits[0] == '-' || digits[0] == '+') {
		negative, digits = digits[0] == '-', digits[1:]
	}
	if len(digits) == 0 || len(digits) > 19 {
		return 0, false
	}
	n := uint64(0)
	for _, c := range digits {
		if c -= '0'; c > 9 {
			return 0, false
		} else {
			n = n*10 + uint64(c)
		}
	}
	switch {
	case negative && n <= 1<<63:
		return -int64(n), true
	case !negative && n < 1<<63:
		return int64(n), true
	}
	return 0, false
}

// ParseAddress reads an IPv4 address as a number: 192.0.2.1 is 3221225985.
func ParseAddress(b []byte) (int64, bool) {
	n, part, digits, dots := int64(0), 0, 0, 0
	for _, c := range b {
		switch {
		case c == '.' && digits > 0 && dots < 3:
			n, part, digits, dots = n<<8|int64(part), 0, 0, dots+1
		case c >= '0' && c <= '9' && digits < 3 && (digits == 0 || part > 0): // 010 is 8 to some, and 10 to others
			part, digits = part*10+int(c-'0'), digits+1
			if part > 255 {
				return 0, false
			}
		default:
			return 0, false
		}
	}
	if dots != 3 || digits == 0 {
		return 0, false
	}
	return n<<8 | int64(part), true
}

// ParseDecimal reads a number of at most so many digits, 18 or fewer, of which scale are
// decimals, as a whole number of its last digit. It never rounds.
func ParseDecimal(b []byte, digits, scale int) (int64, bool) {
	negative := len(b) > 0 && b[0] == '-'
	if negative || len(b) > 0 && b[0] == '+' {
		b = b[1:]
	}
	whole, fraction := b, []byte(nil)
	if dot := bytes.IndexByte(b, '.'); dot >= 0 {
		whole, fraction = b[:dot], b[dot+1:]
	}
	if len(whole)+len(fraction) == 0 {
		return 0, false
	}
	n, limit := int64(0), power(digits)
	for _, c := range whole {
		if c < '0' || c > '9' || n >= limit/10 && n > 0 {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	if n >= limit/power(scale) && n > 0 {
		return 0, false
	}
	for i := range max(scale, len(fraction)) {
		digit := byte('0')
		if i < len(fraction) {
			digit = fraction[i]
		}
		if digit < '0' || digit > '9' || i >= scale && digit != '0' {
			return 0, false
		}
		if i < scale {
			n = n*10 + int64(digit-'0')
		}
	}
	if negative {
		n = -n
	}
	return n, true
}

// power returns 10 to the n, which an int64 holds up to 18.
func power(n int) int64 {
	p := int64(1)
	for range n {
		p *= 10
	}
	return p
}

// ParseBool reads true and false, t and f, 1 and 0.
func ParseBool(b []byte) (value, ok bool) {
	switch string(b) {
	case "1", "true", "t":
		return true, true
	case "0", "false", "f":
		return false, true
	}
	return false, false
}

// Parameter returns the value of a parameter of a request such as
// "GET /get?client=web&page=2 HTTP/1.1", decoded, and whether it is there; the first one
// if it stands there twice. A value that has to be decoded is appended to into.
func Parameter(request []byte, key string, into []byte) (value []byte, found bool) {
	at := bytes.IndexByte(request, '?')
	if at < 0 {
		return nil, false
	}
	query := request[at+1:]
	for _, ends := range []byte(" #") { // two passes of IndexByte are faster than one of IndexAny
		if end := bytes.IndexByte(query, ends); end >= 0 {
			query = query[:end]
		}
	}
	for len(query) > 0 {
		pair := query
		if end := bytes.IndexByte(query, '&'); end >= 0 {
			pair, query = query[:end], query[end+1:]
		} else {
			query = nil
		}
		if len(pair) > len(key) && pair[len(key)] == '=' && string(pair[:len(key)]) == key {
			return decode(pair[len(key)+1:], into), true
		}
	}
	return nil, false
}

// decode undoes %41 and +. What is no such code stays as it is.
func decode(text, into []byte) []byte {
	if bytes.IndexByte(text, '%') < 0 && bytes.IndexByte(text, '+') < 0 {
		return text
	}
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '+':
			into = append(into, ' ')
		case c == '%' && i+2 < len(text) && hex(text[i+1]) < 16 && hex(text[i+2]) < 16:
			into = append(into, hex(text[i+1])<<4|hex(text[i+2]))
			i += 2
		default:
			into = append(into, c)
		}
	}
	return into
}

func hex(c byte) byte {
	switch {
	case c >= '0' && c <= '9':
		return c - '0'
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10
	}
	return 16
}

// Text reports whether bytes are a text that a warehouse keeps: UTF-8 without NUL.
func Text(b []byte) bool { return utf8.Valid(b) && bytes.IndexByte(b, 0) < 0 }

// Mend takes a byte order mark from the first line of a file, and a carriage return from
// the end of any, and reports whether there was one.
func Mend(text []byte, first bool) (mended []byte, changed bool) {
	if first && bytes.HasPrefix(text, []byte("\xEF\xBB\xBF")) {
		text, changed = text[3:], true
	}
	if len(text) > 0 && text[len(text)-1] == '\r' {
		text, changed = text[:len(text)-1], true
	}
	return text, changed
}
