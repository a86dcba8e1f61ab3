package setting

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/settings.md anew")

const docsFile = "../../docs/settings.md"

const docsIntro = `# Settings

Every setting has one name. As a flag it is ` + "`--max-event 1048576`" + `, in the environment ` + "`SIGNALBOX_MAX_EVENT=1048576`" + `, and in the configuration file ` + "`max-event = 1048576`" + `. A flag comes before the environment, and the environment before the file. Lists are separated by commas in the environment, and are arrays in the file. An empty variable counts as not set.

The file is ` + "`~/.config/signalbox/signalbox.toml`" + `, or the one that ` + "`--config`" + ` or ` + "`SIGNALBOX_CONFIG`" + ` names. ` + "`signalbox settings`" + ` prints one with every setting, its default and its help.

A setting with a name under "at run time" can also be changed on the settings screen and with ` + "[`PUT /api/settings`](api.md#get-apisettings)" + `. Such a change is stored with the history. What a flag, the environment or the file sets cannot be changed at run time.

This page is made from the descriptions in ` + "`backend/setting/settings.go`" + `.
`

// docs returns the text of docs/settings.md.
func docs() string {
	var b strings.Builder
	b.WriteString(docsIntro)
	group := ""
	for _, s := range All() {
		if s.Group != group {
			group = s.Group
			fmt.Fprintf(&b, "\n## %s\n\n| setting | default | values | at run time | |\n|---|---|---|---|---|\n", group)
		}
		name := "`--" + s.Flag() + "`"
		if s.Placeholder != "" {
			name = "`--" + s.Flag() + " " + s.Placeholder + "`"
		}
		atRunTime := ""
		switch {
		case s.Restart:
			atRunTime = "`" + s.Name + "`, after a restart"
		case s.RunTime:
			atRunTime = "`" + s.Name + "`"
		}
		value := s.TOML(s.Default)
		switch value {
		case `""`, "[]":
			value = ""
		default:
			value = "`" + value + "`"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", name, value, s.Bounds(), atRunTime, s.Help)
	}
	return b.String()
}

func TestThePageOfSettingsMatchesTheDescriptions(t *testing.T) {
	want := docs()
	if *update {
		if err := os.WriteFile(docsFile, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(docsFile)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("docs/settings.md is not up to date; write it with: go test ./backend/setting -update")
	}
}
