package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"

	"github.com/adrg/xdg"
	"github.com/alecthomas/kong"
	"github.com/pelletier/go-toml/v2"

	"signalbox/backend/live"
)

// configFile returns where the configuration file lies by the XDG rules.
func configFile() string { return filepath.Join(xdg.ConfigHome, "signalbox", "signalbox.toml") }

// folderFile returns the file in which the settings screen notes another data
// folder for the next start.
func folderFile() string { return filepath.Join(xdg.StateHome, "signalbox", "data-folder") }

// dataFolder returns the data folder that is used where nobody names one.
func dataFolder() string {
	if b, err := os.ReadFile(folderFile()); err == nil {
		if dir := strings.TrimSpace(string(b)); filepath.IsAbs(dir) {
			return dir
		}
	}
	return filepath.Join(xdg.DataHome, "signalbox")
}

// configPath returns the file that --config or SIGNALBOX_CONFIG names and
// whether it was named: a named one must be there.
func configPath(args []string) (path string, named bool) {
	for i, a := range args {
		if a == "--" {
			break
		}
		if v, ok := strings.CutPrefix(a, "--config="); ok {
			return v, true
		}
		if a == "--config" && i+1 < len(args) {
			return args[i+1], true
		}
	}
	if v := os.Getenv("SIGNALBOX_CONFIG"); v != "" {
		return v, true
	}
	return configFile(), false
}

// file is the configuration file: the flags' names and their types.
type file struct {
	Addr    string   `toml:"addr"`
	Data    string   `toml:"data"`
	Token   string   `toml:"token"`
	Hosts   []string `toml:"hosts"`
	Origins []string `toml:"origins"`
	TLSCert string   `toml:"tls-cert"`
	TLSKey  string   `toml:"tls-key"`
	TLSSelf bool     `toml:"tls-self"`
	Server  string   `toml:"server"`
	CA      string   `toml:"ca"`
	Log     string   `toml:"log"`
}

// readConfig reads the file into a resolver, which kong asks for every flag
// that the command line does not set.
func readConfig(path string, named bool) (kong.Resolver, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) && !named {
		return resolver(nil), nil
	}
	if err != nil {
		return nil, live.Errorf("bad_config", "The configuration file %s cannot be read: %v.", path, errors.Unwrap(err)).WithCause(err)
	}
	var typed file
	dec := toml.NewDecoder(strings.NewReader(string(text))).DisallowUnknownFields()
	if err := dec.Decode(&typed); err != nil {
		return nil, configError(path, err)
	}
	var values map[string]any
	if err := toml.Unmarshal(text, &values); err != nil {
		return nil, configError(path, err)
	}
	return resolver(values), nil
}

func configError(path string, err error) error {
	if e, ok := errors.AsType[*toml.StrictMissingError](err); ok && len(e.Errors) > 0 {
		row, _ := e.Errors[0].Position()
		key := strings.Join(e.Errors[0].Key(), ".")
		return live.Errorf("bad_config", "%s, line %d: there is no setting %q.", path, row, key).
			WithHint("The settings are addr, data, token, hosts, origins, tls-cert, tls-key, tls-self, server, ca and log.").WithCause(err)
	}
	if e, ok := errors.AsType[*toml.DecodeError](err); ok {
		row, col := e.Position()
		if key := strings.Join(e.Key(), "."); key != "" && strings.Contains(e.Error(), "cannot decode") {
			return live.Errorf("bad_config", "%s, line %d: %s has a value of another kind.", path, row, key).
				WithHint("Write it as in: " + example(key)).WithCause(err)
		}
		return live.Errorf("bad_config", "%s, line %d, column %d: %s.", path, row, col, strings.TrimPrefix(e.Error(), "toml: ")).
			WithHint("Write it as in: addr = \"127.0.0.1:4480\"").WithCause(err)
	}
	return live.Errorf("bad_config", "%s: %v.", path, err).WithCause(err)
}

// example returns a line of the file with a value of the right type.
func example(key string) string {
	for f := range reflect.TypeFor[file]().Fields() {
		if f.Tag.Get("toml") != key {
			continue
		}
		switch f.Type.Kind() {
		case reflect.Bool:
			return key + " = true"
		case reflect.Slice:
			return key + ` = ["one", "two"]`
		}
		return key + ` = "…"`
	}
	return `addr = "127.0.0.1:4480"`
}

// resolver answers from the file. The environment comes before the file, so
// it has no answer where a flag's variable is set: kong has used that already.
type resolver map[string]any

func (resolver) Validate(*kong.Application) error { return nil }

func (r resolver) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	for _, name := range flag.Tag.Envs {
		if os.Getenv(name) != "" {
			return nil, nil
		}
	}
	value, ok := r[flag.Name]
	if !ok {
		return nil, nil
	}
	if list, ok := value.([]any); ok {
		words := make([]string, len(list))
		for i, w := range list {
			words[i] = fmt.Sprint(w)
		}
		return strings.Join(words, ","), nil
	}
	return value, nil
}
