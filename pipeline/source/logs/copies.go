package logs

import (
	"context"
	"slices"
	"strings"

	"tearsheet/warehouse"
)

// like is what is known of the bytes of a file without reading them: its size, and the
// checksum that the store has of it, or "".
type like struct {
	size int64
	sum  string
}

// likeOf reads size and the store's checksum from a fingerprint.
func likeOf(size int64, fingerprint string) like {
	const md5 = 32 // hexadecimal digits
	if tag := fingerprint[strings.LastIndexByte(fingerprint, ' ')+1:]; len(tag) == md5 {
		return like{size, tag}
	}
	return like{size, ""}
}

// suspects returns the files that may have the bytes of another one, which lies beside
// it or was loaded before.
func (l *loader) suspects(objects, changed []object) []object {
	all, unsummed, sizes := map[like]int{}, map[int64]int{}, map[int64]int{}
	add := func(k like) {
		all[k]++
		if sizes[k.size]++; k.sum == "" {
			unsummed[k.size]++
		}
	}
	for _, o := range objects {
		add(likeOf(o.size, o.fingerprint()))
	}
	for name, entry := range l.known {
		if !l.there[name] && original(entry) {
			add(likeOf(entry.Size, entry.Definition))
		}
	}
	var list []object
	for _, o := range changed {
		k := likeOf(o.size, o.fingerprint())
		if o.link || all[k] > 1 || k.sum == "" && sizes[o.size] > 1 || k.sum != "" && unsummed[o.size] > 0 {
			list = append(list, o)
		}
	}
	return list
}

// original reports whether the lines of a file are loaded, and there are any.
func original(f warehouse.File) bool { return loaded(f) && f.Lines > 0 }

// holdCopies splits off the files that have the bytes of another one: their events
// would count twice. Of two new ones the first by name is the original. A file that was
// loaded with these bytes before, since somebody accepted it, is not asked again.
func (l *loader) holdCopies(ctx context.Context, objects, changed []object) ([]object, error) {
	slices.SortFunc(changed, func(a, b object) int { return strings.Compare(a.name, b.name) })
	suspects := slices.DeleteFunc(l.suspects(objects, changed), func(o object) bool { return slices.Contains(l.options.Accept, o.name) || l.sums[o.name] != "" })
	if err := l.hashAll(ctx, suspects); err != nil {
		return nil, err
	}
	originals := map[string]string{} // by checksum
	anew := map[string]bool{}
	for _, o := range changed {
		anew[o.name] = true
	}
	for name, entry := range l.known {
		stays := !anew[name] || l.sums[name] == entry.Checksum // it is read again by other rules
		if original(entry) && stays && (originals[entry.Checksum] == "" || name < originals[entry.Checksum]) {
			originals[entry.Checksum] = name
		}
	}
	var rest []object
	for _, o := range changed {
		sum := l.sums[o.name]
		first, copied := originals[sum]
		if sum == "" || slices.Contains(l.options.Accept, o.name) {
			rest = append(rest, o)
			continue
		}
		if entry := l.known[o.name]; !copied || original(entry) && entry.Checksum == sum || l.blank(ctx, o) {
			if !copied {
				originals[sum] = o.name
			}
			rest = append(rest, o)
			continue
		}
		if err := l.hold(ctx, o, sum, first); err != nil {
			return nil, err
		}
	}
	l.taken = originals
	return rest, nil
}

// sameBytes stands before the name of the original in the reason for which a file is held.
const sameBytes = "the same bytes as "

// hold notes that a file waits, since it has the bytes of another one.
func (l *loader) hold(ctx context.Context, o object, sum, original string) error {
	file := l.file(o, sum)
	file.State, file.Reason = warehouse.FileHeld, sameBytes+original
	return l.note(ctx, file)
}

// copyError says that a file turned out to be a copy when it had been read.
type copyError struct{ original string }

func (e *copyError) Error() string { return "has the same bytes as " + e.original }

// entryOf returns the entry of a file that was read. Now that its bytes are known for
// certain, it is looked for copies once more: not all are suspects before, for a store may
// have tags that are no checksums, or a file could not be hashed.
func (l *loader) entryOf(r *reading) (warehouse.FileEntry, error) {
	entry, err := r.entry()
	if err != nil || r.lines == 0 || slices.Contains(l.options.Accept, r.object.name) {
		return entry, err
	}
	l.mutex.Lock()
	defer l.mutex.Unlock()
	first, taken := l.taken[entry.Checksum]
	before := l.known[r.object.name]
	switch {
	case !taken:
		l.taken[entry.Checksum] = r.object.name
	case first != r.object.name && !(original(before) && before.Checksum == entry.Checksum):
		return entry, r.blame(&copyError{first})
	}
	return entry, nil
}

// blank reports whether a file has no lines: all such files are alike.
func (l *loader) blank(ctx context.Context, o object) bool {
	r := newDesk(l.compiled, l.options.Now).reading(o)
	for _, err := range r.batches(ctx) {
		if err != nil || r.lines > 0 {
			return false
		}
	}
	return r.lines == 0
}

// released reports whether a file is held as the copy of one that is no more: nothing
// with its bytes is loaded.
func (l *loader) released(held warehouse.File) bool {
	if held.State != warehouse.FileHeld {
		return false
	}
	if l.loadedSums == nil {
		l.loadedSums = map[string]bool{}
		for _, entry := range l.known {
			if original(entry) {
				l.loadedSums[entry.Checksum] = true
			}
		}
	}
	return !l.loadedSums[held.Checksum]
}
