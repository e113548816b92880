package store_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tearsheet/store"
)

func TestFileOfAnotherKindIsNoStoreAndLeftAlone(t *testing.T) {
	place := filepath.Join(t.TempDir(), "store.sqlite")
	text := strings.Repeat("metric,week,value\n", 100)
	if err := os.WriteFile(place, []byte(text), 0o640); err != nil {
		t.Fatal(err)
	}
	_, err := store.Open(t.Context(), place)
	if !errors.Is(err, store.ErrNoStore) || !strings.HasPrefix(err.Error(), "store "+place+": ") {
		t.Errorf("error is %v", err)
	}
	if left, err := os.ReadFile(place); err != nil || string(left) != text {
		t.Errorf("the file is now %q (%v)", left, err)
	}
}

func TestStoreThatCannotBeOpenedSaysWhatItNeeds(t *testing.T) {
	place := filepath.Join(t.TempDir(), "store.sqlite")
	if err := os.Mkdir(place, 0o750); err != nil {
		t.Fatal(err)
	}
	_, err := store.Open(t.Context(), place)
	if err == nil || errors.Is(err, store.ErrNoStore) || !strings.Contains(err.Error(), "the right to write to the file and to its folder") {
		t.Errorf("error is %v", err)
	}
}
