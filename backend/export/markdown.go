package export

import (
	"strconv"
	"strings"
	"time"

	"signalbox/backend/live"
)

type markdown struct{ opt Options }

func (m *markdown) Begin(b []byte) []byte {
	b = append(b, "# Messages\n"...)
	if m.opt.About != "" {
		b = append(b, '\n')
		b = append(b, code(oneLine(m.opt.About))...)
		b = append(b, '\n')
	}
	return b
}

func (m *markdown) Message(b []byte, source string, msg *live.Message) []byte {
	b = append(b, '\n')
	at := msg.Received.UTC().Format("2006-01-02 15:04:05.000 UTC")
	if msg.Kind != live.Event {
		r := remarkOf(msg)
		b = append(b, "> **"...)
		b = append(b, msg.Kind.String()...)
		b = append(b, "** "...)
		b = append(b, at...)
		if source != "" {
			b = append(b, " · "...)
			b = append(b, code(source)...)
		}
		if msg.Kind == live.GapKind {
			if b = append(b, " · missing: "...); r.Missing == nil {
				b = append(b, "unknown"...)
			} else {
				b = strconv.AppendInt(b, *r.Missing, 10)
			}
		}
		b = append(b, " · "...)
		b = append(b, escape(oneLine(r.Reason))...)
		return append(b, '\n')
	}
	b = append(b, "## "...)
	b = append(b, code(msg.Type)...)
	b = append(b, "\n\n"...)
	b = append(b, at...)
	b = append(b, " · "...)
	b = append(b, code(source)...)
	b = append(b, " · "...)
	b = append(b, code(live.Position{Epoch: m.opt.Epoch, Number: msg.Number}.String())...)
	if msg.ID != "" {
		b = append(b, " · id "...)
		b = append(b, code(oneLine(msg.ID))...)
	}
	fence := strings.Repeat("`", max(3, longestRun(msg.Data)+1))
	b = append(b, "\n\n"...)
	b = append(b, fence...)
	if strings.HasPrefix(msg.Data, "{") || strings.HasPrefix(msg.Data, "[") {
		b = append(b, "json"...)
	}
	b = append(b, '\n')
	b = append(b, msg.Data...)
	b = append(b, '\n')
	b = append(b, fence...)
	return append(b, '\n')
}

func (m *markdown) End(b []byte, s Summary) []byte {
	b = append(b, "\n---\n\nComplete: "...)
	b = strconv.AppendInt(b, s.Messages, 10)
	b = append(b, " messages, up to "...)
	b = append(b, code(s.Through.String())...)
	b = append(b, " of "...)
	b = time.Now().UTC().AppendFormat(b, time.RFC3339)
	return append(b, ".\n"...)
}

// code returns s as code, in which nothing is markup.
func code(s string) string {
	fence := strings.Repeat("`", longestRun(s)+1)
	if s == "" || s[0] == '`' || s[len(s)-1] == '`' || s[0] == ' ' && s[len(s)-1] == ' ' {
		s = " " + s + " "
	}
	return fence + oneLine(s) + fence
}

// longestRun returns the length of the longest row of backticks.
func longestRun(s string) int {
	longest, run := 0, 0
	for i := range len(s) {
		if s[i] != '`' {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	return longest
}

var markup = strings.NewReplacer(`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "<", `\<`, ">", `\>`, "&", `\&`, "#", `\#`, "|", `\|`, "!", `\!`, "~", `\~`)

// escape returns s as text, in which nothing is markup.
func escape(s string) string { return markup.Replace(s) }
