package setting

import (
	"fmt"
	"strings"
)

// Reference returns a configuration file that has every setting, commented out
// and set to its default, with its help.
func Reference() string {
	var b strings.Builder
	b.WriteString("# The configuration file of Signalbox. Every setting is listed with its\n" +
		"# default. To change one, remove the # before its name.\n")
	group := ""
	for _, s := range all {
		if s.Group != group {
			group = s.Group
			fmt.Fprintf(&b, "\n# %s\n", strings.ToUpper(group))
		}
		b.WriteString("\n")
		for _, line := range wrap(s.describe(), 76) {
			fmt.Fprintf(&b, "# %s\n", line)
		}
		fmt.Fprintf(&b, "#%s = %s\n", s.Flag(), s.TOML(s.Default))
	}
	return b.String()
}

// describe returns the help and the bounds.
func (s *Setting) describe() string {
	if s.Kind == Number {
		return s.Help + " " + strings.ToUpper(s.Bounds()[:1]) + s.Bounds()[1:] + "."
	}
	return s.Help
}

// wrap breaks a text into lines of at most width bytes.
func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && len(line)+1+len(word) > width {
			lines, line = append(lines, line), ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}
