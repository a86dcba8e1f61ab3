package setting

import (
	"math"
	"net"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"signalbox/backend/live"
)

// unbounded is the Most of a Number without an upper bound.
const unbounded = math.MaxInt64

// Parse parses the text of a flag or an environment variable. The items of a List
// are separated by commas. The error is the live.Error of a refused value.
func (s *Setting) Parse(text string) (any, error) {
	switch s.Kind {
	case Number:
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return nil, s.Refuse()
		}
		return n, nil
	case Switch:
		switch strings.ToLower(text) {
		case "true", "yes", "1":
			return true, nil
		case "false", "no", "0":
			return false, nil
		}
		return nil, s.Refuse()
	case List:
		return strings.Split(text, ","), nil
	}
	if s.Choices != nil && !slices.Contains(s.Choices, text) {
		return nil, s.Refuse()
	}
	return text, nil
}

// Validate returns the live.Error of a refused value, and nil for a value of the
// right type within the bounds.
func (s *Setting) Validate(value any) error {
	switch v := value.(type) {
	case int64:
		if s.Kind != Number || v < s.Least || v > s.Most {
			return s.Refuse()
		}
	case bool:
		if s.Kind != Switch {
			return s.Refuse()
		}
	case []string:
		if s.Kind != List {
			return s.Refuse()
		}
		for _, item := range v {
			if s.Check == nil {
				break
			}
			if err := s.Check(item); err != nil {
				return err.WithField(s.Name)
			}
		}
	case string:
		if s.Kind == Number || s.Kind == Switch || s.Kind == List || s.Choices != nil && !slices.Contains(s.Choices, v) {
			return s.Refuse()
		}
		if s.Check != nil {
			if err := s.Check(v); err != nil {
				return err.WithField(s.Name)
			}
		}
	default:
		return s.Refuse()
	}
	return nil
}

// Refuse returns the error of a value of the wrong type or out of bounds.
func (s *Setting) Refuse() *live.Error { return s.refusal().WithField(s.Name) }

func (s *Setting) refusal() *live.Error {
	switch {
	case s.Kind == Number && s.Most == unbounded && s.Unit == "":
		return live.Errorf("bad_setting/least", "{setting} is a whole number of {least} or more.", "setting", s.Subject(), "least", s.Least)
	case s.Kind == Number && s.Most == unbounded:
		return live.Errorf("bad_setting/least_unit", "{setting} is a whole number of {least} or more {unit}.", "setting", s.Subject(), "least", s.Least, "unit", units[s.Unit])
	case s.Kind == Number && s.Unit == "":
		return live.Errorf("bad_setting/bounds", "{setting} is a whole number from {least} to {most}.", "setting", s.Subject(), "least", s.Least, "most", s.Most)
	case s.Kind == Number:
		return live.Errorf("bad_setting/bounds_unit", "{setting} is a whole number from {least} to {most} {unit}.", "setting", s.Subject(), "least", s.Least, "most", s.Most, "unit", units[s.Unit])
	case s.Kind == Switch:
		return live.Errorf("bad_setting/switch", "{setting} is true or false.", "setting", s.Subject())
	case s.Kind == List:
		return live.Errorf("bad_setting/list", "{setting} are a list of texts.", "setting", s.Subject())
	case s.Choices != nil:
		return live.Errorf("bad_setting/choice", "{setting} is {choices_or}.", "setting", s.Subject(), "choices_or", s.Choices)
	}
	return live.Errorf("bad_setting/text", "{setting} is a text.", "setting", s.Subject())
}

// units are the units of settings, in sentences.
var units = map[string]live.Text{
	"bytes":        live.Textf("unit/bytes", "bytes"),
	"days":         live.Textf("unit/days", "days"),
	"seconds":      live.Textf("unit/seconds", "seconds"),
	"milliseconds": live.Textf("unit/milliseconds", "milliseconds"),
}

// Subject returns the setting as the subject of a sentence.
func (s *Setting) Subject() live.Text {
	return live.Text{Code: "setting/" + strings.NewReplacer(".", "_", "-", "_").Replace(s.Name), English: s.Label}
}

// checkFolder demands a path that does not depend on the program's working
// directory.
func checkFolder(path string) *live.Error {
	if !filepath.IsAbs(path) {
		return live.Errorf("bad_folder", "The data folder must be an absolute path.").
			WithHint("Choose a folder that you can write to.")
	}
	return nil
}

func checkAddr(addr string) *live.Error {
	if addr == "" {
		return nil
	}
	if _, _, err := net.SplitHostPort(addr); err != nil {
		return live.Errorf("bad_address", "“{address}” is not an address to listen on.", "address", addr).
			WithHint("Write it as HOST:PORT, such as 127.0.0.1:4480.").WithCause(err)
	}
	return nil
}

// checkOrigin demands an origin as browsers send it. A slash at the end is allowed.
func checkOrigin(origin string) *live.Error {
	if origin == "null" { // of a page without an address; a browser sends it as it is
		return nil
	}
	u, err := url.Parse(origin)
	if err != nil || u.Scheme == "" || u.Host == "" || u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return live.Errorf("bad_origin", "“{origin}” is not the origin of a web page.", "origin", origin).
			WithHint("Write it as SCHEME://HOST or SCHEME://HOST:PORT, such as http://localhost:5173.").WithCause(err)
	}
	return nil
}

// shortestToken is the fewest characters of a token. A shorter one can be
// guessed.
const shortestToken = 16

// checkToken refuses a token that could be guessed, or that an HTTP header
// cannot carry.
func checkToken(token string) *live.Error {
	const hint = "Make one with: openssl rand -hex 16"
	switch n := utf8.RuneCountInString(token); {
	case token == "":
		return nil
	case strings.TrimSpace(token) != token || strings.ContainsFunc(token, unicode.IsControl) || !utf8.ValidString(token):
		return live.Errorf("bad_token", "The token begins or ends with a space, or holds a control character; an HTTP header cannot carry it.").WithHint(hint)
	case n < shortestToken:
		return live.Errorf("short_token", "The token has {characters} characters; it needs {least}, because a shorter one can be guessed.", "characters", n, "least", shortestToken).WithHint(hint)
	}
	return nil
}
