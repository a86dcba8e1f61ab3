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

// A Set holds the flags of the settings of one scope, and the values of these
// settings. A command that has settings embeds it.
type Set struct {
	kong.Plugins // one struct with a field for each flag

	scope setting.Scope
	// Values are the values of flags, the environment and the file. Read sets them.
	Values setting.Values `kong:"-"`
	// Typed has the settings whose flags are on the command line.
	Typed map[*setting.Setting]bool `kong:"-"`
}

// For returns the flags of the settings of a scope. The help names dataFolder as
// the default of the data folder.
func For(scope setting.Scope, dataFolder string) Set {
	var fields []reflect.StructField
	for i, s := range setting.Of(scope) {
		// kong reads every value as a text. setting.Parse parses it, so the error of a
		// wrong value is the same for flags, the environment and the file.
		fieldType, kind, group := reflect.TypeFor[*string](), "", s.Group+":"
		if s.For == setting.Program {
			group = "" // kong lists flags without a group first
		}
		switch s.Kind {
		case setting.List:
			fieldType = reflect.TypeFor[[]string]()
		case setting.Switch:
			kind = switchType
		}
		fields = append(fields, reflect.StructField{
			Name: "Setting" + strconv.Itoa(i), Type: fieldType,
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

// Read sets the Values: from the command line, or else from the environment, or
// else from the file. The error is the live.Error of a refused value; its hint
// names the origin of the value.
func (f *Set) Read(ctx *kong.Context, config Config) error {
	f.Values, f.Typed = setting.Values{}, map[*setting.Setting]bool{}
	for _, s := range setting.Of(f.scope) {
		value, origin, err := f.find(s, ctx, config)
		if value != nil && err == nil {
			if path, ok := value.(string); ok && (s.Kind == setting.File || s.Kind == setting.Folder) {
				value = kong.ExpandPath(path)
			}
			// A client does not check the settings of the server, such as its token.
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

// find returns the value of a setting and a sentence that names its origin. The
// value is nil if none is set.
func (f *Set) find(s *setting.Setting, ctx *kong.Context, config Config) (value any, origin string, err error) {
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
	return config.values[s], fmt.Sprintf("It is in %s.", config.path), nil
}
