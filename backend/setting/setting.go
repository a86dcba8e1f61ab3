package setting

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"signalbox/backend/live"
)

// A Setting describes one setting. Every setting can be set by a flag, by an environment variable and in the configuration file.
type Setting struct {
	// Name is the name in the API; a dot leads into an object. The names of the
	// flag, the variable and the key of the file follow from it.
	Name    string
	Kind    Kind
	Default any // a value of the Kind; nil means its zero value
	// Least and Most are the bounds of a Number, both allowed.
	Least, Most int64
	Unit        string   // of a Number, in the plural; may be empty
	Choices     []string // the only values of a Text; nil means any
	// Check returns the error of a wrong Text, File or Folder, or of a wrong item of
	// a List; may be nil.
	Check func(string) *live.Error

	For     Scope
	RunTime bool // the API can change it while the server runs
	Restart bool // such a change waits for the next start

	Group       string // the heading under which the help lists it
	Label       string // the subject of a sentence about the setting: "The port"
	Placeholder string // of the flag's value: "HOST:PORT"
	Help        string // one or more sentences about its use
}

// A Kind is the type of a setting's values.
type Kind uint8

// The kinds, with the types of their values in Go.
const (
	Text   Kind = iota // string
	Number             // int64
	Switch             // bool
	List               // []string
	File               // string, the path of a file
	Folder             // string, the path of a folder
)

// A Scope is a part of Signalbox that has settings. Scopes can be combined.
type Scope uint8

// The scopes.
const (
	Server  Scope = 1 << iota // a server, with or without its window
	Client                    // a command that talks to a running server
	Store                     // a command that works on the data folder itself
	Program                   // the program, with every command
)

var all []*Setting

// add adds a setting to All.
func add(s Setting) *Setting {
	switch v := s.Default.(type) {
	case int:
		s.Default = int64(v)
	case nil:
		s.Default = map[Kind]any{Number: int64(0), Switch: false, List: []string(nil)}[s.Kind]
		if s.Default == nil {
			s.Default = ""
		}
	}
	all = append(all, &s)
	return &s
}

// All returns every setting, in the order of the help.
func All() []*Setting { return slices.Clone(all) }

// Of returns the settings of any of the scopes.
func Of(scope Scope) []*Setting {
	return slices.DeleteFunc(All(), func(s *Setting) bool { return s.For&scope == 0 })
}

// Flag returns the name of the flag, without its dashes. It is also the key in
// the configuration file.
func (s *Setting) Flag() string { return strings.NewReplacer("_", "-", ".", "-").Replace(s.Name) }

// Env returns the name of the environment variable.
func (s *Setting) Env() string {
	return "SIGNALBOX_" + strings.ToUpper(strings.ReplaceAll(s.Flag(), "-", "_"))
}

// Number returns the default of a Number.
func (s *Setting) Number() int64 { return s.Default.(int64) }

// Bounds returns a phrase for the allowed values; "" if all are allowed.
func (s *Setting) Bounds() string {
	switch {
	case s.Choices != nil:
		return alternatives(s.Choices)
	case s.Kind == Switch:
		return "true or false"
	case s.Kind == Number && s.Most == unbounded:
		return fmt.Sprintf("%d or more", s.Least)
	case s.Kind == Number:
		return fmt.Sprintf("%d to %d", s.Least, s.Most)
	}
	return ""
}

// alternatives writes "a, b or c".
func alternatives(words []string) string {
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// TOML returns a value as the configuration file writes it.
func (s *Setting) TOML(value any) string {
	switch v := value.(type) {
	case int64:
		return strconv.FormatInt(v, 10)
	case bool:
		return strconv.FormatBool(v)
	case []string:
		words := make([]string, len(v))
		for i, w := range v {
			words[i] = strconv.Quote(w)
		}
		return "[" + strings.Join(words, ", ") + "]"
	}
	return strconv.Quote(value.(string))
}
