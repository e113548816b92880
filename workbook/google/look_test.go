package google

import "testing"

func TestLookTellsTheTitleOrWhyNot(t *testing.T) {
	d := newDesk(t)
	if title, err := d.client.Look(t.Context(), d.id); err != nil || title == "" {
		t.Errorf("title %q, %v", title, err)
	}
	_, err := d.client.Look(t.Context(), "1NobodyHasEverMadeThisSpreadsheet00000000001")
	if kind, _ := kindOf(err); kind != NotFound {
		t.Errorf("kind %v, want NotFound: %v", kind, err)
	}
}
