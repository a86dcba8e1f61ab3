package flags

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/adrg/xdg"
	"github.com/pelletier/go-toml/v2"

	"signalbox/backend/live"
	"signalbox/backend/setting"
)

// A Config holds the values of the configuration file.
type Config struct {
	path   string
	values setting.Values
}

// DefaultFile returns the default path of the configuration file, by the XDG
// rules.
func DefaultFile() string { return filepath.Join(xdg.ConfigHome, "signalbox", "signalbox.toml") }

// ReadFile reads the configuration file at path. An empty path means the default
// one, which need not exist.
func ReadFile(path string) (Config, error) {
	explicit := path != ""
	if !explicit {
		path = DefaultFile()
	}
	config := Config{path: path, values: setting.Values{}}
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) && !explicit {
		return config, nil
	}
	if err != nil {
		return config, live.Errorf("bad_config/unreadable", "The configuration file {file} cannot be read: {reason}.", "file", path, "reason", errors.Unwrap(err)).WithCause(err)
	}
	all := setting.All()
	decoded := reflect.New(structType(all))
	dec := toml.NewDecoder(strings.NewReader(string(text))).DisallowUnknownFields()
	if err := dec.Decode(decoded.Interface()); err != nil {
		return config, fileError(path, err)
	}
	for i, s := range all {
		if field := decoded.Elem().Field(i); !field.IsNil() {
			if field.Kind() == reflect.Pointer {
				field = field.Elem()
			}
			config.values[s] = field.Interface()
		}
	}
	return config, nil
}

// structType returns the struct that the file is decoded into. It has a field for
// each setting, which stays nil if the file does not set it.
func structType(all []*setting.Setting) reflect.Type {
	fields := make([]reflect.StructField, len(all))
	for i, s := range all {
		fieldType := reflect.TypeOf(s.Default)
		if s.Kind != setting.List {
			fieldType = reflect.PointerTo(fieldType)
		}
		fields[i] = reflect.StructField{
			Name: "Setting" + strconv.Itoa(i), Type: fieldType, Tag: reflect.StructTag(`toml:"` + s.Flag() + `"`),
		}
	}
	return reflect.StructOf(fields)
}

// fileError returns the error of a wrong file, with the line.
func fileError(path string, err error) error {
	if e, ok := errors.AsType[*toml.StrictMissingError](err); ok && len(e.Errors) > 0 {
		row, _ := e.Errors[0].Position()
		key := strings.Join(e.Errors[0].Key(), ".")
		names, like := similarKeys(key)
		if like == "" {
			return live.Errorf("bad_config/key", `{file}, line {line}: there is no setting "{key}".`, "file", path, "line", row, "key", key,
				"names", names).WithHint("The settings are {names}.").WithCause(err)
		}
		return live.Errorf("bad_config/key_like", `{file}, line {line}: there is no setting "{key}".`, "file", path, "line", row, "key", key,
			"like", like, "names", names).WithHint("Did you mean {like}? The settings are {names}.").WithCause(err)
	}
	e, ok := errors.AsType[*toml.DecodeError](err)
	if !ok {
		return live.Errorf("bad_config/file", "{file}: {reason}.", "file", path, "reason", err).WithCause(err)
	}
	row, col := e.Position()
	if strings.Contains(e.Error(), "cannot decode") {
		for _, s := range setting.All() {
			if s.Flag() == strings.Join(e.Key(), ".") {
				// The same sentence as for a flag.
				return live.Errorf("bad_config/value", "{refusal}", "refusal", s.Refuse(), "file", path, "line", row, "example", exampleLine(s)).
					WithHint("It is in {file}, line {line}. Write it as in: {example}").WithField(s.Name).WithCause(err)
			}
		}
	}
	return live.Errorf("bad_config/line", "{file}, line {line}, column {column}: {reason}.", "file", path, "line", row, "column", col,
		"reason", e, "example", exampleLine(setting.Addr)).
		WithHint("Write it as in: {example}").WithCause(err)
}

// similarKeys returns all keys, and the one that is most like a key that is not a
// setting, if one is.
func similarKeys(key string) (names []string, like string) {
	key = strings.ToLower(strings.ReplaceAll(key, "_", "-"))
	best, least := "", max(1, len(key)/3)+1
	suggest := func(word, name string) {
		if d := distance(key, word); d < least {
			best, least = name, d
		}
	}
	for _, s := range setting.All() {
		names = append(names, s.Flag())
		suggest(s.Flag(), s.Flag())
		for _, word := range slices.Sorted(maps.Keys(synonyms)) {
			if slices.Contains(synonyms[word], s.Flag()) && len(word) > 2 {
				suggest(word, s.Flag())
			}
		}
	}
	return names, best
}

// exampleLine returns a line of the file with a value of the right type.
func exampleLine(s *setting.Setting) string {
	value := s.Default
	switch {
	case s == setting.Addr:
		value = "127.0.0.1:4480"
	case s.Kind == setting.Switch:
		value = true
	case s.Kind == setting.List:
		value = []string{"one", "two"}
	case value == "":
		value = "…"
	}
	return s.Flag() + " = " + s.TOML(value)
}
