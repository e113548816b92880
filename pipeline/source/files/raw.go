package files

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"os"
)

// rawFile is a file under reading, hashed as it passes.
type rawFile struct {
	file *os.File
	hash hash.Hash
	seen func(int64)
	read int64
	// failed is what the disk had against reading on.
	failed error
}

func openRaw(f file, seen func(bytes int64)) (*rawFile, error) {
	in, err := os.Open(f.path)
	if err != nil {
		return nil, err
	}
	return &rawFile{file: in, hash: sha256.New(), seen: seen}, nil
}

func (r *rawFile) Read(p []byte) (int, error) {
	n, err := r.file.Read(p)
	r.hash.Write(p[:n])
	r.read += int64(n)
	r.seen(r.read)
	if err != nil && err != io.EOF {
		r.failed = err // it names the path
	}
	return n, err
}

// finish reports whether the file was still the one that was weighed.
func (r *rawFile) finish(f file) error {
	if _, err := io.Copy(io.Discard, r); err != nil {
		return err
	}
	if r.checksum() != f.checksum {
		return fmt.Errorf("%s: %w", f.name, errChanged)
	}
	return nil
}

// checksum returns the checksum of what was read.
func (r *rawFile) checksum() string { return hex.EncodeToString(r.hash.Sum(nil)) }
