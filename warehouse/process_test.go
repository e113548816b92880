package warehouse_test

import (
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"tearsheet/warehouse"
)

func TestOnlyAProcessOfThisMachineIsKnownToBeGone(t *testing.T) {
	ended := exec.Command(os.Args[0], "-test.run=^$")
	if err := ended.Run(); err != nil {
		t.Fatal(err)
	}
	_, host, _ := strings.Cut(warehouse.Process(), "@")
	pid := strconv.Itoa(ended.Process.Pid)
	for name, want := range map[string]bool{
		pid + "@" + host:          true,
		pid + "@not-" + host:      false,
		pid:                       false,
		warehouse.Process():       false,
		"":                        false,
		"-1@" + host:              false,
		"0@" + host:               false,
		warehouse.Process() + "x": false,
	} {
		if got := warehouse.Gone(name); got != want {
			t.Errorf("Gone(%q) is %v", name, got)
		}
	}
}
