package flags

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/alecthomas/kong"

	"signalbox/backend/live"
)

var (
	unknownFlag   = regexp.MustCompile(`^unknown flag (-\S+?),? ?(?:did you mean .*)?$`)
	extraArgument = regexp.MustCompile(`^unexpected argument (.*?)(?:, did you mean .*)?$`)
	missing       = regexp.MustCompile(`^expected (?:one of )?((?:"?<).*)$`)
	noValue       = regexp.MustCompile(`^(?:-\w, )?(--[\w-]+)\S*?: (?:expected .* value but got "(.*)" \(.*\)|missing value.*)`)
	badNumber     = regexp.MustCompile(`^(--[\w-]+)\S*?: expected a valid .* int but got (".*")`)
	badDuration   = regexp.MustCompile(`^(--[\w-]+)\S*?: expected duration but got (".*?"): `)
	badBool       = regexp.MustCompile(`^(--[\w-]+)\S*?: bool value must be .* but got (".*?")`)
	beforeCommand = regexp.MustCompile(`^flag (--[\w-]+) applies to the default command "\w+", not "(\w+)"`)
)

// UsageError returns kong's error about a command line as a live.Error, whose hint
// names what the user probably meant. kong's errors have no types, so UsageError
// parses their text.
func UsageError(parser *kong.Kong, err error) error {
	parse, ok := errors.AsType[*kong.ParseError](err)
	if !ok {
		return err
	}
	node := selected(parser, parse.Context)
	name, help := node.Name, "signalbox "+node.Name+" --help"
	if node == parser.Model.DefaultCmd {
		name, help = "signalbox", "signalbox --help"
	}
	wrong := func(hint, format string, args ...any) error {
		if hint == "" {
			hint = "All flags: " + help
		}
		return live.Errorf("bad_flags/usage", "{reason}", "reason", fmt.Sprintf(format, args...), "hint", hint).
			WithHint("{hint}").WithCause(err)
	}
	text := err.Error()
	if m := unknownFlag.FindStringSubmatch(text); m != nil {
		return wrong(suggestFlag(parser, node, m[1], help), "%s has no flag %s.", name, m[1])
	}
	if m := extraArgument.FindStringSubmatch(text); m != nil {
		return wrong(suggestArgument(parser, node, m[1], help), "%s", extra(parser, node, m[1]))
	}
	if m := noValue.FindStringSubmatch(text); m != nil {
		hint := ""
		if flag := find(node, strings.TrimPrefix(m[1], "--")); flag != nil {
			hint = "Write it as in: " + written(flag)
			if strings.HasPrefix(m[2], "-") && find(node, strings.TrimLeft(m[2], "-")) == nil {
				hint = fmt.Sprintf("A value that begins with a dash is written with =, as in: %s=%s", m[1], m[2])
			}
		}
		return wrong(hint, "%s needs a value.", m[1])
	}
	if m := badNumber.FindStringSubmatch(text); m != nil {
		return wrong("", "%s is a whole number, not %s.", m[1], m[2])
	}
	if m := badDuration.FindStringSubmatch(text); m != nil {
		return wrong(fmt.Sprintf("Write it with its unit, as in: %s 30s", m[1]), "%s is a duration, not %s.", m[1], m[2])
	}
	if m := badBool.FindStringSubmatch(text); m != nil {
		return wrong("", "%s is true or false, not %s.", m[1], m[2])
	}
	if m := beforeCommand.FindStringSubmatch(text); m != nil {
		return wrong(fmt.Sprintf("Write it as in: signalbox %s %s", m[2], written(find(node, strings.TrimPrefix(m[1], "--")))), "%s comes after the command.", m[1])
	}
	if m := missing.FindStringSubmatch(text); m != nil {
		return wrong(fmt.Sprintf("Write it as in: signalbox %s. Examples: %s", commandLine(node), help), "%s needs %s.", name, strings.ReplaceAll(m[1], `"`, ""))
	}
	return wrong("", "%s.", strings.ToUpper(text[:1])+strings.TrimSuffix(text[1:], "."))
}

// selected returns the command that a command line names, or the default
// command.
func selected(parser *kong.Kong, ctx *kong.Context) *kong.Node {
	node := parser.Model.Node
	if ctx != nil {
		for _, p := range ctx.Path {
			if p.Command != nil {
				node = p.Command
			}
		}
	}
	if node == parser.Model.Node && node.DefaultCmd != nil {
		node = node.DefaultCmd
	}
	return node
}

// allFlags returns the flags of a command, with those of the program.
func allFlags(node *kong.Node) (all []*kong.Flag) {
	for _, group := range node.AllFlags(true) {
		all = append(all, group...)
	}
	return all
}

// find returns the flag of a command by its name, or nil.
func find(node *kong.Node, name string) *kong.Flag {
	for _, f := range allFlags(node) {
		if f.Name == name {
			return f
		}
	}
	return nil
}

// written returns a flag with its placeholder, as in "--addr HOST:PORT".
func written(f *kong.Flag) string {
	if f.IsBool() {
		return "--" + f.Name
	}
	return "--" + f.Name + " " + f.FormatPlaceHolder()
}
