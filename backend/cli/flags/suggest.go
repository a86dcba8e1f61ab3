package flags

import (
	"fmt"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// synonyms lists, by a name that the command does not have, the flags that its
// user may mean. The
// hint names the first one that the command has.
var synonyms = map[string][]string{
	"addr": {"server"}, "server": {"addr"}, "url": {"server", "addr"}, "address": {"addr", "server"}, "host": {"addr", "server"},
	"port": {"addr", "server"}, "p": {"addr", "server"}, "bind": {"addr"}, "listen": {"addr"},
	"dir": {"data"}, "folder": {"data"}, "db": {"data"}, "data-dir": {"data"}, "d": {"data"},
	"type": {"event"}, "t": {"event", "type"}, "event": {"type"}, "e": {"event", "type"}, "filter": {"type"}, "last-event-id": {"after"}, "since": {"after"}, "from": {"after"},
	"auth": {"token"}, "key": {"tls-key", "token"}, "password": {"token"}, "secret": {"token"},
	"cert": {"tls-cert", "ca"}, "cacert": {"ca"}, "k": {"ca"}, "insecure": {"ca"}, "tls": {"tls-self", "ca"}, "https": {"tls-self", "ca"},
	"verbose": {"log"}, "v": {"log"}, "debug": {"log"}, "log-level": {"log"}, "quiet": {"log"}, "conf": {"config"}, "c": {"config"},
	"host-name": {"hosts"}, "origin": {"origins"}, "cors": {"origins"}, "headers": {"header"},
}

// suggestFlag returns a hint for a flag that a command does not have.
func suggestFlag(parser *kong.Kong, node *kong.Node, given, help string) string {
	if given == "--version" || given == "-V" {
		return "Did you mean: signalbox version"
	}
	name := strings.TrimLeft(given, "-")
	lower := strings.ToLower(name)
	hint := ""
	if f := nearest(node, lower); f != nil {
		hint = "Did you mean " + written(f) + "?"
		if f.IsBool() && lower == "no-"+f.Name {
			hint = "Did you mean --" + f.Name + "=false?"
		}
	}
	var others []string
	for _, other := range parser.Model.Children {
		if other != node && !other.Hidden && strings.HasPrefix(given, "--") && find(other, name) != nil {
			others = append(others, other.Name)
		}
	}
	if len(others) > 0 {
		hint = strings.TrimSpace(fmt.Sprintf("%s %s is a flag of %s.", hint, given, strings.Join(others, " and ")))
	}
	if hint == "" {
		hint = "All flags: " + help
	}
	return hint
}

// nearest returns the flag of a command that is most similar to a name, or nil if
// none is similar.
func nearest(node *kong.Node, name string) *kong.Flag {
	for _, other := range synonyms[name] {
		if f := find(node, other); f != nil {
			return f
		}
	}
	var best *kong.Flag
	least := max(1, len(name)/3) + 1 // at most a typo in every third letter
	for _, f := range allFlags(node) {
		d := distance(name, f.Name)
		if len(name) >= 3 && strings.HasPrefix(f.Name, name) {
			d = min(d, 1)
		}
		if len(name) > 1 && d < least {
			best, least = f, d
		}
	}
	return best
}

// extra returns the sentence about an unexpected argument.
func extra(parser *kong.Kong, node *kong.Node, arg string) string {
	if node == parser.Model.DefaultCmd {
		return fmt.Sprintf("There is no command %q.", arg)
	}
	return fmt.Sprintf("%s takes no further argument, but got %q.", node.Name, arg)
}

// suggestArgument returns a hint for an unexpected argument.
func suggestArgument(parser *kong.Kong, node *kong.Node, arg, help string) string {
	switch {
	case arg == "help":
		return "Did you mean: " + help
	case node != parser.Model.DefaultCmd && node.Name == "publish":
		return "A message of several words needs quotes, as in: signalbox publish messages 'Hello everybody'"
	case node != parser.Model.DefaultCmd:
		return "Write it as in: signalbox " + commandLine(node)
	case strings.Contains(arg, "://"):
		return "Did you mean: signalbox tail " + arg
	}
	var names []string
	for _, c := range parser.Model.Children {
		if c.Hidden {
			continue
		}
		names = append(names, c.Name)
		if distance(strings.ToLower(arg), c.Name) <= 2 {
			return "Did you mean: signalbox " + c.Name
		}
	}
	return "The commands are " + strings.Join(names, ", ") + "."
}

// commandLine returns a command with its arguments, as in "tail <url-or-source>".
func commandLine(node *kong.Node) string {
	words := []string{node.Name}
	for _, p := range node.Positional {
		words = append(words, p.Summary())
	}
	return strings.Join(words, " ")
}

// distance returns the edit distance of two words: the number of letters that must
// be inserted, deleted, changed or swapped with their neighbour.
func distance(a, b string) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			change := 1
			if a[i-1] == b[j-1] {
				change = 0
			}
			rows[i][j] = slices.Min([]int{rows[i-1][j] + 1, rows[i][j-1] + 1, rows[i-1][j-1] + change})
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}
