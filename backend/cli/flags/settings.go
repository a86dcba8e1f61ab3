package flags

import (
	"fmt"
	"os"
	"reflect"
	"strconv"

	"github.com/alecthomas/kong"

	"signalbox/backend/live"
	"signalbox/backend/setting"
)

// A Set is the flags of the settings of one scope, and what the settings are set
// to. A command that has settings embeds it.
type Set struct {
	kong.Plugins // one struct with a field for each flag

	scope setting.Scope
	// Values are those that a flag, the environment or the file gives. Read sets
	// them.
	Values setting.Values `kong:"-"`
	// Typed are the settings that stand on the command line.
	Typed map[*setting.Setting]bool `kong:"-"`
}

// For returns the flags of the settings of a scope. The help names dataFolder as
// the default of the data folder.
func For(scope setting.Scope, dataFolder string) Set {
	var fields []reflect.StructField
	for i, s := range setting.Of(scope) {
		// kong takes every text as it is: setting.Parse reads it, so that a wrong
		// value gets the same sentence from the line, the environment and the file.
		of, kind, group := reflect.TypeFor[*string](), "", s.Group+":"
		if s.For == setting.Program {
			group = "" // kong lists flags without a group first
		}
		switch s.Kind {
		case setting.List:
			of = reflect.TypeFor[[]string]()
		case setting.Switch:
			kind = switchType
		}
		fields = append(fields, reflect.StructField{
			Name: "Setting" + strconv.Itoa(i), Type: of,
			Tag: reflect.StructTag(fmt.Sprintf("name:%q help:%q env:%q group:%q placeholder:%q type:%q",
				s.Flag(), help(s, dataFolder), s.Env(), group, s.Placeholder, kind)),
		})
	}
	return Set{scope: scope, Plugins: kong.Plugins{reflect.New(reflect.StructOf(fields)).Interface()}}
}

// help returns the help of a flag with the setting's default.
func help(s *setting.Setting, dataFolder string) string {
	value := s.Default
	if s == setting.Data {
		value = dataFolder
	}
	switch v := value.(type) {
	case string:
		if v == "" {
			return s.Help
		}
	case bool:
		if !v {
			return s.Help
		}
	case []string:
		return s.Help
	}
	return fmt.Sprintf("%s Default: %v.", s.Help, value)
}

// switchType is the kong type of a Switch. Its flag may stand alone, as in
// --tls-self, or with a value, as in --tls-self=false.
const switchType = "switch"

// Option makes kong read the flags of a Set.
func Option() kong.Option { return kong.NamedMapper(switchType, switchMapper{}) }

type switchMapper struct{}

func (switchMapper) IsBool() bool { return true }

func (switchMapper) Decode(ctx *kong.DecodeContext, target reflect.Value) error {
	text := "true"
	if ctx.Scan.Peek().Type == kong.FlagValueToken {
		text = ctx.Scan.Pop().String()
	}
	target.Elem().SetString(text)
	return nil
}

// Read finds what the settings are set to: by the command line, or else by the
// environment, or else by the file. The error is the live.Error of a value that
// is refused; its hint says where the value comes from.
func (f *Set) Read(ctx *kong.Context, file File) error {
	f.Values, f.Typed = setting.Values{}, map[*setting.Setting]bool{}
	for _, s := range setting.Of(f.scope) {
		value, origin, err := f.find(s, ctx, file)
		if value != nil && err == nil {
			if path, ok := value.(string); ok && (s.Kind == setting.File || s.Kind == setting.Folder) {
				value = kong.ExpandPath(path)
			}
			// What belongs to the server, such as its token, is the server's to check.
			if f.scope == setting.Server || s.For&setting.Server == 0 {
				err = s.Validate(value)
			}
		}
		if e, ok := err.(*live.Error); ok && e.Hint == "" {
			e.Hint = origin
		}
		if err != nil {
			return err
		}
		if value != nil {
			f.Values[s] = value
		}
	}
	return nil
}

// find returns the value of a setting, nil where none is given, and a sentence
// that says where it comes from.
func (f *Set) find(s *setting.Setting, ctx *kong.Context, file File) (value any, origin string, err error) {
	for _, p := range ctx.Path {
		if p.Flag == nil || p.Flag.Name != s.Flag() {
			continue
		}
		f.Typed[s] = true
		if s.Kind == setting.List {
			return p.Flag.Target.Interface(), "", nil
		}
		text := p.Flag.Target.Elem().String()
		value, err = s.Parse(text)
		return value, fmt.Sprintf("It comes from the command line: --%s %s", s.Flag(), text), err
	}
	if text := os.Getenv(s.Env()); text != "" {
		value, err = s.Parse(text)
		return value, fmt.Sprintf("It comes from the environment: %s=%s", s.Env(), text), err
	}
	return file.values[s], fmt.Sprintf("It is in %s.", file.path), nil
}
