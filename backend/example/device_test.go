package example

import (
	"encoding/json"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"signalbox/backend/example/exampletest"
	"signalbox/backend/live"
)

// ask asks the device and returns the id of the question.
func (r *rig) ask(what string) string {
	r.T.Helper()
	s, err := r.ensureChannel(r.T.Context(), "device")
	if err != nil {
		r.T.Fatal(err)
	}
	n, err := r.journal.Append(r.T.Context(), live.Draft{Source: s.ID, Type: "ask", Data: what})
	if err != nil {
		r.T.Fatal(err)
	}
	return live.Position{Epoch: r.journal.Epoch(), Number: n}.String()
}

// heard returns what was said to a question: the types and texts.
func (r *rig) heard(to string) []string {
	r.T.Helper()
	var said []string
	for _, m := range r.Messages("device") {
		var a answer
		if m.Type != "ask" && json.Unmarshal([]byte(m.Data), &a) == nil && a.To == to {
			said = append(said, m.Type+": "+a.Text)
		}
	}
	return said
}

func (r *rig) plug(in string) {
	r.T.Helper()
	if w := r.Do("POST", "/examples/device/state?plugged="+in); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), in) {
		r.T.Fatalf("plug: %d %s", w.Code, w.Body)
	}
}

func TestTheDeviceAnswersEvenTheFirstQuestion(t *testing.T) {
	exampletest.Bubble(t, func(t *testing.T, dir string) {
		r, _ := run(t, dir)
		exampletest.Sleep(2500 * time.Millisecond)
		first := r.ask("lamp on") // makes the channel
		second := r.ask("lamp")
		third := r.ask("coffee")
		exampletest.Sleep(10 * time.Second)
		exampletest.WantEqual(t, r.heard(first), []string{"answer: The lamp is now on."})
		exampletest.WantEqual(t, r.heard(second), []string{"answer: The lamp is on."})
		exampletest.WantEqual(t, r.heard(third), []string{"answer: This device knows: temperature, lamp, lamp on, lamp off, uptime."})
	})
}

// The second question is sent with its position, because a client could not tell
// two messages with one id apart.
func TestTheAnswerNamesTheIDThatASubscriberReadsWhenAnIDIsUsedTwice(t *testing.T) {
	exampletest.Bubble(t, func(t *testing.T, dir string) {
		r, _ := run(t, dir)
		s, err := r.ensureChannel(t.Context(), "device")
		if err != nil {
			t.Fatal(err)
		}
		// The last two ids cannot be sent either: no header can carry the one, and
		// the other reads as a position of this journal.
		own := live.Position{Epoch: r.journal.Epoch(), Number: 1}.String()
		for _, d := range []live.Draft{
			{ID: "q", Data: "lamp on"}, {ID: "q", Data: "lamp"}, {ID: " q", Data: "uptime"}, {ID: own, Data: "temperature"},
		} {
			d.Source, d.Type = s.ID, "ask"
			if _, err := r.journal.Append(t.Context(), d); err != nil {
				t.Fatal(err)
			}
		}
		exampletest.Sleep(10 * time.Second)
		r.Rig.Handler = http.HandlerFunc(r.Events)
		read := r.OpenStream("/events/device?after="+live.Position{Epoch: r.journal.Epoch()}.String(), "").IDs()
		if len(read) < 4 || read[0] != "q" || read[1] == "q" || read[2] == " q" || read[3] == own {
			t.Fatalf("a subscriber reads the ids %q", read)
		}
		asked := map[string]string{}
		for _, m := range r.Messages("device") {
			var a answer
			if m.Type == "ask" {
				continue
			}
			if err := json.Unmarshal([]byte(m.Data), &a); err != nil {
				t.Fatal(err)
			}
			asked[a.To] = m.Type + " to " + a.Ask
		}
		want := map[string]string{
			read[0]: "answer to lamp on", read[1]: "answer to lamp", read[2]: "answer to uptime", read[3]: "answer to temperature",
		}
		if !maps.Equal(asked, want) {
			t.Errorf("got  %v\nwant %v", asked, want)
		}
	})
}

func TestAQuestionWithoutAnAnswerIsReportedAfterFiveSeconds(t *testing.T) {
	exampletest.Bubble(t, func(t *testing.T, dir string) {
		r, _ := run(t, dir)
		r.ask("uptime")
		exampletest.Sleep(2 * time.Second)
		r.plug("false")
		one := r.ask("lamp on")
		exampletest.Sleep(2 * time.Second)
		two := r.ask("lamp on")
		exampletest.Sleep(answerTimeout - 2*time.Second - time.Millisecond)
		exampletest.WantEqual(t, r.heard(one), nil)
		exampletest.Sleep(time.Millisecond)
		exampletest.WantEqual(t, r.heard(one), []string{"no-answer: The device did not answer within 5 s."})
		exampletest.WantEqual(t, r.heard(two), nil)
		exampletest.Sleep(2 * time.Second)
		exampletest.WantEqual(t, r.heard(two), []string{"no-answer: The device did not answer within 5 s."})

		r.plug("true")
		exampletest.Sleep(10 * time.Second)
		exampletest.WantEqual(t, r.heard(one), []string{"no-answer: The device did not answer within 5 s."})
		after := r.ask("lamp")
		exampletest.Sleep(time.Second)
		exampletest.WantEqual(t, r.heard(after), []string{"answer: The lamp is off."})
	})
}

func TestUnpluggingTheDeviceStopsItsAnswer(t *testing.T) {
	exampletest.Bubble(t, func(t *testing.T, dir string) {
		r, _ := run(t, dir)
		r.ask("uptime")
		exampletest.Sleep(2 * time.Second)
		id := r.ask("lamp")
		exampletest.Sleep(answerDelay / 2)
		r.plug("false")
		exampletest.Sleep(answerTimeout)
		exampletest.WantEqual(t, r.heard(id), []string{"no-answer: The device did not answer within 5 s."})
	})
}

func TestAnybodyMayAnswerForTheDevice(t *testing.T) {
	exampletest.Bubble(t, func(t *testing.T, dir string) {
		r, _ := run(t, dir)
		r.ask("uptime")
		exampletest.Sleep(2 * time.Second)
		r.plug("false")
		id := r.ask("temperature")
		if err := r.Emit(t.Context(), fixedName("device"), live.Draft{Type: "answer", Data: "no JSON"}); err != nil {
			t.Fatal(err)
		}
		if err := r.Emit(t.Context(), fixedName("device"), live.Draft{Type: "answer", Data: JSON(answer{To: id, Text: "by hand"})}); err != nil {
			t.Fatal(err)
		}
		exampletest.Sleep(2 * answerTimeout)
		exampletest.WantEqual(t, r.heard(id), []string{"answer: by hand"})
	})
}

func TestTheDeviceAnswersInANewChannelOfThatNameToo(t *testing.T) {
	exampletest.Bubble(t, func(t *testing.T, dir string) {
		r, _ := run(t, dir)
		r.ask("lamp")
		exampletest.Sleep(2 * time.Second)
		s, _ := r.journal.Source("device")
		if err := r.journal.RemoveSource(t.Context(), s.ID); err != nil {
			t.Fatal(err)
		}
		exampletest.Sleep(3 * time.Second)
		id := r.ask("lamp")
		exampletest.Sleep(3 * time.Second)
		exampletest.WantEqual(t, r.heard(id), []string{"answer: The lamp is off."})
	})
}
