package setting

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"signalbox/backend/live"
)

// Values are the values of settings. A setting without one has its default. In nil
// Values all settings have their defaults.
type Values map[*Setting]any

// Text returns the value of a Text, File or Folder.
func (v Values) Text(s *Setting) string { return v.Value(s).(string) }

// Number returns the value of a Number.
func (v Values) Number(s *Setting) int64 { return v.Value(s).(int64) }

// On returns the value of a Switch.
func (v Values) On(s *Setting) bool { return v.Value(s).(bool) }

// List returns the value of a List.
func (v Values) List(s *Setting) []string { return v.Value(s).([]string) }

// Value returns the value of any setting.
func (v Values) Value(s *Setting) any {
	if value, ok := v[s]; ok {
		return value
	}
	return s.Default
}

// Set reports whether a setting is among the values.
func (v Values) Set(s *Setting) bool {
	_, ok := v[s]
	return ok
}

// With returns a copy of v in which the values of over replace its own.
func (v Values) With(over Values) Values {
	both := maps.Clone(v)
	if both == nil {
		both = Values{}
	}
	maps.Copy(both, over)
	return both
}

// Validate returns the live.Error of the first value that is refused.
func (v Values) Validate() error {
	for _, s := range all {
		if value, ok := v[s]; ok {
			if err := s.Validate(value); err != nil {
				return err
			}
		}
	}
	return nil
}

// Equal reports whether a setting has the same value in v and in other.
func (v Values) Equal(other Values, s *Setting) bool {
	a, b := v.Value(s), other.Value(s)
	if s.Kind == List {
		return slices.Equal(a.([]string), b.([]string))
	}
	return a == b
}

// Names returns the API's names of the settings among v that can be changed at
// run time, sorted.
func (v Values) Names() []string {
	names := []string{}
	for s := range v {
		if s.RunTime {
			names = append(names, s.Name)
		}
	}
	slices.Sort(names)
	return names
}

// Object returns the value of every setting that can be changed at run time, as
// the API writes it.
func (v Values) Object() map[string]any {
	complete := Values{}
	for _, s := range all {
		complete[s] = v.Value(s)
	}
	return complete.object()
}

// MarshalJSON writes the values that can be changed at run time, without
// defaults. ParseJSON reads them.
func (v Values) MarshalJSON() ([]byte, error) { return json.Marshal(v.object()) }

func (v Values) object() map[string]any {
	object := map[string]any{}
	for s, value := range v {
		if !s.RunTime {
			continue
		}
		in, name := object, s.Name
		for {
			first, after, nested := strings.Cut(name, ".")
			if !nested {
				break
			}
			if in[first] == nil {
				in[first] = map[string]any{}
			}
			in, name = in[first].(map[string]any), after
		}
		if list, ok := value.([]string); ok && list == nil {
			value = []string{}
		}
		in[name] = value
	}
	return object
}

// ParseJSON reads an object with some of the settings that can be changed at
// run time. It returns the valid values, and the live.Errors of the others,
// joined.
func ParseJSON(text []byte) (Values, error) {
	values := Values{}
	err := values.parse("", text)
	return values, err
}

func (v Values) parse(prefix string, text []byte) error {
	var object map[string]json.RawMessage
	if err := json.Unmarshal(text, &object); err != nil {
		if prefix != "" {
			return live.Errorf("bad_setting/object", "{setting} is an object.", "setting", strings.TrimSuffix(prefix, ".")).WithField(strings.TrimSuffix(prefix, "."))
		}
		return live.Errorf("bad_json/settings", "The settings are not a JSON object: {reason}.", "reason", err).WithCause(err)
	}
	var errs []error
	for _, key := range slices.Sorted(maps.Keys(object)) {
		name := prefix + key
		i := slices.IndexFunc(all, func(s *Setting) bool {
			return s.RunTime && (s.Name == name || strings.HasPrefix(s.Name, name+"."))
		})
		switch {
		case i < 0:
			errs = append(errs, live.Errorf("unknown_field/setting", "There is no setting “{name}”.", "name", name).WithField(name))
		case all[i].Name != name:
			errs = append(errs, v.parse(name+".", object[key]))
		default:
			value, err := all[i].parseJSON(object[key])
			if err == nil {
				err = all[i].Validate(value)
			}
			if err != nil {
				errs = append(errs, err)
				continue
			}
			v[all[i]] = value
		}
	}
	return errors.Join(errs...)
}

// parseJSON reads one value.
func (s *Setting) parseJSON(text []byte) (any, error) {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	var value any
	if err := dec.Decode(&value); err != nil {
		return nil, fmt.Errorf("setting %s: %w", s.Name, err)
	}
	switch v := value.(type) {
	case json.Number:
		whole, err := v.Int64()
		if err != nil {
			return nil, s.Refuse()
		}
		return whole, nil
	case []any:
		list := make([]string, len(v))
		for i, item := range v {
			text, ok := item.(string)
			if !ok {
				return nil, s.Refuse()
			}
			list[i] = text
		}
		return list, nil
	}
	return value, nil
}
