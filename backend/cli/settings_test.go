package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"signalbox/backend/live"
	"signalbox/backend/node"
	"signalbox/backend/setting"
)

// run runs the program on a command line and returns what it prints.
func run(args ...string) (code int, stdout, stderr string) {
	var out, err bytes.Buffer
	code = Main(Program{Version: "test", Args: args, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &err})
	return code, out.String(), err.String()
}

// page stands for the dashboard.
func page() fs.FS {
	return fstest.MapFS{"index.html": {Data: []byte("<!doctype html><title>Signalbox</title>")}}
}

// commandOf returns a command that has a setting.
func commandOf(s *setting.Setting) []string {
	switch {
	case s.For&setting.Server != 0:
		return []string{"serve"}
	case s.For&setting.Client != 0:
		return []string{"tail", "messages"}
	}
	return []string{"version"}
}

// readFrom returns what the settings of a command are set to.
func readFrom(t *testing.T, args ...string) (setting.Values, error) {
	t.Helper()
	cmd := newCommands()
	parser, err := newParser(cmd, &Program{Stdout: io.Discard, Stderr: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	ctx, err := parser.Parse(args)
	if err != nil {
		t.Fatalf("%q: %v", args, err)
	}
	if err := cmd.readSettings(ctx); err != nil {
		return nil, err
	}
	return cmd.Values.With(cmd.Serve.Values).With(cmd.Tail.Values), nil
}

// A value of a setting as text, and as it is read.
type sample struct {
	text string
	want any
}

// good returns a value of a setting other than its default.
func good(s *setting.Setting) sample {
	switch {
	case s == setting.Addr:
		return sample{"127.0.0.1:4481", "127.0.0.1:4481"}
	case s.Kind == setting.Number:
		return sample{"4481", int64(4481)}
	case s.Kind == setting.Switch:
		if s.Default == true {
			return sample{"false", false}
		}
		return sample{"true", true}
	case s == setting.Origins:
		return sample{"https://one.example,http://two:80/", []string{"https://one.example", "http://two:80/"}}
	case s.Kind == setting.List:
		return sample{"one,two", []string{"one", "two"}}
	case s.Choices != nil:
		return sample{s.Choices[2], s.Choices[2]}
	case s.Kind == setting.File, s.Kind == setting.Folder:
		return sample{"/somewhere", "/somewhere"}
	}
	return sample{"sixteen-letters.", "sixteen-letters."}
}

// bad returns a text that a setting refuses; "" if it refuses none.
func bad(s *setting.Setting) string {
	switch {
	case s == setting.Addr:
		return "nonsense"
	case s == setting.Token:
		return "secret"
	case s == setting.Origins:
		return "*"
	case s.Kind == setting.Number:
		return "-1"
	case s.Kind == setting.Switch, s.Choices != nil:
		return "perhaps"
	}
	return ""
}

// within returns v, or a small number if v is out of bounds.
func within(s *setting.Setting, v sample) sample {
	if s.Kind == setting.Number && s.Most < 4481 {
		return sample{"7", int64(7)}
	}
	return v
}

func TestEverySettingIsSetByFlagEnvironmentAndFile(t *testing.T) {
	for _, s := range setting.All() {
		v := within(s, good(s))
		command := commandOf(s)
		file := filepath.Join(t.TempDir(), "signalbox.toml")
		if err := os.WriteFile(file, []byte(s.Flag()+" = "+s.TOML(v.want)+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		check := func(from string, args ...string) {
			t.Helper()
			set, err := readFrom(t, args...)
			if err != nil || !set.Set(s) || !equal(set.Value(s), v.want) {
				t.Errorf("%s from %s: %v, want %v: %v", s.Name, from, set[s], v.want, err)
			}
		}
		check("the command line", append(command, "--"+s.Flag()+"="+v.text)...)
		check("the file", append(command, "--config", file)...)
		t.Setenv(s.Env(), v.text)
		check("the environment", command...)
		os.Unsetenv(s.Env())
	}
}

func equal(a, b any) bool {
	list, ok := a.([]string)
	if !ok {
		return a == b
	}
	return strings.Join(list, "\x00") == strings.Join(b.([]string), "\x00")
}

func TestABadValueHasTheSameErrorInAFlagTheEnvironmentAndTheFile(t *testing.T) {
	n, err := node.Open(t.Context(), node.Options{
		DataFolder: t.TempDir(), Settings: setting.Values{setting.Addr: "127.0.0.1:0"}, Assets: page(),
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- n.Run(ctx) }()
	t.Cleanup(func() { stop(); <-ended })
	for _, s := range setting.All() {
		text := bad(s)
		if text == "" {
			continue
		}
		command, file := commandOf(s), filepath.Join(t.TempDir(), "signalbox.toml")
		line := s.Flag() + " = " + text
		if s.Kind != setting.Number && s.Kind != setting.Switch {
			line = s.Flag() + ` = "` + text + `"`
		}
		if s.Kind == setting.List {
			line = s.Flag() + ` = ["` + text + `"]`
		}
		if s.Kind == setting.Switch {
			line = s.Flag() + " = 7"
		}
		if err := os.WriteFile(file, []byte(line+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		_, byFlag := readFrom(t, append(command, "--"+s.Flag()+"="+text)...)
		_, byFile := readFrom(t, append(command, "--config", file)...)
		t.Setenv(s.Env(), text)
		_, byVariable := readFrom(t, command...)
		os.Unsetenv(s.Env())
		sentences := map[string]string{"flag": said(byFlag), "file": said(byFile), "environment": said(byVariable)}
		if s.RunTime {
			sentences["API"] = said(change(t, n, s, text))
		}
		for from, sentence := range sentences {
			if sentence == "" || sentence != sentences["flag"] {
				t.Errorf("%s: the %s says %q, the flag %q", s.Name, from, sentence, sentences["flag"])
			}
		}
	}
}

func said(err error) string {
	if e, ok := errors.AsType[*live.Error](err); ok {
		return e.Message
	}
	return ""
}

// change changes a setting by the API.
func change(t *testing.T, n *node.Node, s *setting.Setting, text string) error {
	t.Helper()
	var value any = text
	switch s.Kind {
	case setting.Number:
		value = json.RawMessage(text)
	case setting.List:
		value = []string{text}
	}
	body := map[string]any{s.Name: value}
	if outer, inner, nested := strings.Cut(s.Name, "."); nested {
		body = map[string]any{outer: map[string]any{inner: value}}
	}
	b, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(n.DashboardURL())
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), "PUT", n.URL()+"/api/settings", bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+u.Query().Get("token"))
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusBadRequest {
		t.Errorf("PUT %s: %s", b, res.Status)
	}
	var answer struct{ Error live.Error }
	if err := json.NewDecoder(res.Body).Decode(&answer); err != nil {
		t.Fatal(err)
	}
	if answer.Error.Field != s.Name {
		t.Errorf("PUT %s: the field is %q", b, answer.Error.Field)
	}
	return &answer.Error
}

func TestEverySettingIsInTheHelp(t *testing.T) {
	for _, s := range setting.All() {
		code, help, _ := run(append(commandOf(s)[:1], "--help")...)
		words := strings.Join(strings.Fields(help), " ") // without the line breaks
		if code != 0 || !strings.Contains(words, "--"+s.Flag()) || !strings.Contains(words, "$"+s.Env()) ||
			s.For != setting.Program && !strings.Contains(words, s.Group+":") || !strings.Contains(words, strings.TrimSuffix(s.Help, ".")) {
			t.Errorf("%s is not in the help of %s:\n%s", s.Name, commandOf(s)[0], help)
		}
	}
}
