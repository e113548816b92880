package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/robfig/cron/v3"
	"go.yaml.in/yaml/v4"

	"tearsheet/internal/testenv"
)

// slotted are slots that recipes have trouble with: names that Kubernetes does not take,
// Sundays that it does not know, and times that a clock change skips.
const slotted = `company: A
timezone: America/Toronto
warehouse: {url: 'postgres://me@127.0.0.1:9/db', filled_by: others}
heartbeat: {url: '${PING_URL}'}
schedule:
  nightly: {at: "00:30", run: values}
  gap: {at: "02:30", run: values}
  late_on_sundays: {on: sunday, at: "23:30", run: sheet}
  late-on-sundays: {cron: 15 22 * * fri-sun, run: sheet}
  hourly: {cron: "5 * * * *", run: values}
`

// recipe returns what schedule --for prints of a project in a folder whose name means
// something to shells, crontabs, units and YAML.
func recipe(t *testing.T, config, name string) (dir, text string) {
	t.Helper()
	t.Setenv("PING_URL", "https://hc.example.com/canary")
	dir = filepath.Join(writeProject(t, nil), `it's 100% "ours": $HOME, {x}`)
	if err := os.Mkdir(dir, 0o750); err != nil {
		t.Fatal(err)
	}
	copyProject(t, writeProject(t, map[string]string{configName: config, registryName: registry(counted("visits"))}), dir)
	text = mustRun(t, dir, "schedule", "--for", name).out
	if strings.Contains(text, "canary") {
		t.Errorf("a secret is printed:\n%s", text) // K05
	}
	return dir, text
}

// documents decodes all documents of a YAML text.
func documents[T any](t *testing.T, text string) []T {
	t.Helper()
	var all []T
	for decoder := yaml.NewDecoder(strings.NewReader(text)); ; {
		var one T
		err := decoder.Decode(&one)
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		all = append(all, one)
	}
}

// cronJob is what is looked at of a CronJob.
type cronJob struct {
	Kind     string
	Metadata struct{ Name string }
	Spec     struct {
		Schedule    string
		TimeZone    string `yaml:"timeZone"`
		JobTemplate struct {
			Spec struct {
				Template struct {
					Spec struct {
						Containers []struct {
							Args         []string
							VolumeMounts []struct {
								MountPath string `yaml:"mountPath"`
							} `yaml:"volumeMounts"`
						}
					}
				}
			}
		} `yaml:"jobTemplate"`
	}
}

// Kubernetes reads expressions with the library that is used here.
func TestRecipeForKubernetesIsOneItTakes(t *testing.T) {
	dir, text := recipe(t, slotted, "kubernetes")
	jobs := documents[cronJob](t, text)
	var got []string
	for _, job := range jobs {
		got = append(got, job.Metadata.Name+": "+job.Spec.Schedule)
		if _, err := cron.ParseStandard(job.Spec.Schedule); err != nil {
			t.Error(err)
		}
		if !regexp.MustCompile(`^[a-z]([a-z0-9-]{0,50}[a-z0-9])?$`).MatchString(job.Metadata.Name) || job.Kind != "CronJob" || job.Spec.TimeZone != "America/Toronto" {
			t.Errorf("%+v", job)
		}
		container := job.Spec.JobTemplate.Spec.Template.Spec.Containers[0]
		if want := []string{"-C", dir, "schedule", "run", "--all"}; !slices.Equal(container.Args, want) || container.VolumeMounts[0].MountPath != dir {
			t.Errorf("%+v, want %q", container, want)
		}
	}
	want := []string{"tearsheet-hourly: 50 * * * *", "tearsheet-nightly: 30 0 * * *", "tearsheet-gap: 30 2 * * *", "tearsheet-late-on-sundays: 30 23 * * 0",
		"tearsheet-late-on-sundays-2: 15 22 * * 0,5,6", "tearsheet-hourly-2: 5 * * * *"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if _, err := cron.ParseStandard("15 22 * * fri-sun"); err == nil {
		t.Error("as it stands in tearsheet.yaml it is taken, too")
	}
}

// workflowFile is what is looked at of a workflow of GitHub's.
type workflowFile struct {
	On struct {
		Schedule []struct{ Cron string }
	}
	Jobs map[string]struct {
		Steps []struct {
			Run string
			Env map[string]string
		}
	}
}

func TestRecipeForGitHubCallsWithinAnHourOfEachSlot(t *testing.T) {
	_, text := recipe(t, slotted, "github")
	file := documents[workflowFile](t, text)[0]
	var calls []string
	for _, call := range file.On.Schedule {
		calls = append(calls, call.Cron)
	}
	steps := file.Jobs["due"].Steps
	if last := steps[len(steps)-1]; last.Run != "tearsheet schedule run --all" || last.Env["PING_URL"] != "${{ secrets.PING_URL }}" {
		t.Errorf("%+v", last)
	}
	p := slottedProject(t)
	if late := uncalled(t, p, calls); len(late) > 0 {
		t.Errorf("%q call too late for %d slots, such as %s", calls, len(late), late[0])
	}
	winter := slices.DeleteFunc(slices.Clone(calls), func(call string) bool { return call == "30 4 * * *" })
	if len(uncalled(t, p, winter)) < 200 { // the night's in summer
		t.Errorf("%q do as well", winter)
	}
}

func slottedProject(t *testing.T) *project {
	t.Helper()
	p, err := openUnplanned(writeProject(t, map[string]string{configName: slotted, registryName: registry(counted("visits"))}))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// uncalled returns the slots of a year for which no call comes within an hour.
func uncalled(t *testing.T, p *project, calls []string) (late []string) {
	t.Helper()
	var schedules []cron.Schedule
	for _, call := range calls {
		schedule, err := cron.ParseStandard("TZ=UTC " + call)
		if err != nil {
			t.Fatal(err)
		}
		schedules = append(schedules, schedule)
	}
	for _, slot := range p.config.slots {
		if slot.name == "hourly" {
			continue // its calls come for all the others, too
		}
		for _, due := range slot.schedule.Between(tuesday, tuesday.AddDate(1, 0, 0)) {
			if !slices.ContainsFunc(schedules, func(s cron.Schedule) bool {
				next := s.Next(due.At.Add(-time.Second))
				return s != schedules[len(schedules)-1] && next.Sub(due.At) < time.Hour
			}) {
				late = append(late, slot.name+" "+due.ID)
			}
		}
	}
	return late
}

func TestRecipeForGitHubWithSlotsThatUTCCannotTell(t *testing.T) {
	_, text := recipe(t, strings.Replace(slotted, "15 22 * * fri-sun", "15 22 1 * *", 1), "github")
	file := documents[workflowFile](t, text)[0]
	if calls := fmt.Sprint(file.On.Schedule); calls != "[{7,37 * * * *}]" {
		t.Errorf("%s\n%s", calls, text)
	}
}

// The line is carried out by a shell, as cron does it, in a project that was never used.
func TestRecipeForCronRunsInItsFolder(t *testing.T) {
	dir, text := recipe(t, slotted, "cron")
	lines := strings.Split(strings.TrimSpace(text), "\n")
	fields := strings.SplitN(lines[len(lines)-1], " ", 6)
	if _, err := cron.ParseStandard(strings.Join(fields[:5], " ")); err != nil {
		t.Error(err)
	}
	if bare := regexp.MustCompile(`(^|[^\\])%`); bare.MatchString(fields[5]) {
		t.Errorf("cron ends the line at %%: %s", fields[5])
	}
	command := strings.ReplaceAll(fields[5], `\%`, "%")
	const program = "/usr/local/bin/tearsheet"
	said, err := exec.Command("sh", "-c", strings.Replace(command, program, `sh -c 'pwd >&2; echo "$@"' it`, 1)).CombinedOutput()
	if err != nil || string(said) != "schedule run --all\n" {
		t.Errorf("%s: %q, %v", command, said, err)
	}
	if log, err := os.ReadFile(filepath.Join(dir, ".tearsheet", "schedule.log")); string(log) != dir+"\n" {
		t.Errorf("it ran in %q (%v), want %s", log, err, dir)
	}
}

func TestRecipeForSystemdIsOneItTakes(t *testing.T) {
	program := testenv.Tool(t, "systemd-analyze")
	dir, text := recipe(t, slotted, "systemd")
	verify := func(text string) string {
		at := t.TempDir()
		for name, unit := range units(text) {
			unit = strings.ReplaceAll(unit, "/usr/local/bin/tearsheet", "/bin/true")
			if err := os.WriteFile(filepath.Join(at, name), []byte(unit), 0o640); err != nil {
				t.Fatal(err)
			}
		}
		command := exec.Command(program, "verify", "--man=no", "--recursive-errors=no",
			filepath.Join(at, "tearsheet.service"), filepath.Join(at, "tearsheet.timer"))
		said, err := command.CombinedOutput()
		if err != nil {
			said = append(said, err.Error()...)
		}
		return string(bytes.TrimSpace(said))
	}
	if said := verify(text); said != "" {
		t.Errorf("systemd says %s of\n%s", said, text)
	}
	for _, wrong := range [][2]string{{"00:30:00", "24:30:00"}, {"*:50:00", "*:70:00"}, {"schedule run", "'schedule run"}} {
		if verify(strings.Replace(text, wrong[0], wrong[1], 1)) == "" {
			t.Errorf("with %s for %s it is taken, too", wrong[1], wrong[0])
		}
	}
	if want := "\nWorkingDirectory=" + strings.ReplaceAll(dir, "%", "%%") + "\n"; !strings.Contains(text, want) ||
		strings.Count(text, "\nOnCalendar=") != 6 || !strings.Contains(text, "\n# gap\nOnCalendar=*-*-* 02:30:00 America/Toronto\n") {
		t.Errorf("%s", text)
	}
}

// units returns the files of a recipe for systemd by their names.
func units(text string) map[string]string {
	files := map[string]string{}
	for part := range strings.SplitSeq(text, "\n# /etc/systemd/system/") {
		name, unit, _ := strings.Cut(part, "\n")
		if !strings.HasPrefix(name, "#") {
			files[name] = unit
		}
	}
	return files
}
