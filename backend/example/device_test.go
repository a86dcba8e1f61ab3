package example

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"signalbox/backend/live"
)

// ask asks the device and returns the id of the question.
func (r *rig) ask(what string) string {
	r.t.Helper()
	s, err := r.channel(r.t.Context(), "device")
	if err != nil {
		r.t.Fatal(err)
	}
	n, err := r.j.Append(r.t.Context(), live.Draft{Source: s.ID, Type: "ask", Data: what})
	if err != nil {
		r.t.Fatal(err)
	}
	return live.Position{Epoch: r.j.Epoch(), Number: n}.String()
}

// heard returns what was said to a question: the types and texts.
func (r *rig) heard(to string) []string {
	r.t.Helper()
	var said []string
	for _, m := range r.messages("device") {
		var a answer
		if m.Type != "ask" && json.Unmarshal([]byte(m.Data), &a) == nil && a.To == to {
			said = append(said, m.Type+": "+a.Text)
		}
	}
	return said
}

func (r *rig) plug(in string) {
	r.t.Helper()
	if w := r.do("POST", "/examples/device/state?plugged="+in); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), in) {
		r.t.Fatalf("plug: %d %s", w.Code, w.Body)
	}
}

func TestTheDeviceAnswersEvenTheFirstQuestion(t *testing.T) {
	bubble(t, func(t *testing.T, dir string) {
		r, _ := run(t, dir, Options{})
		pass(2500 * time.Millisecond)
		first := r.ask("lamp on") // makes the channel
		second := r.ask("lamp")
		third := r.ask("coffee")
		pass(10 * time.Second)
		want(t, r.heard(first), []string{"answer: The lamp is now on."})
		want(t, r.heard(second), []string{"answer: The lamp is on."})
		want(t, r.heard(third), []string{"answer: This device knows: temperature, lamp, lamp on, lamp off, uptime."})
	})
}

func TestADeviceWithoutPowerIsToldOfAfterFiveSeconds(t *testing.T) {
	bubble(t, func(t *testing.T, dir string) {
		r, _ := run(t, dir, Options{})
		r.ask("uptime")
		pass(2 * time.Second)
		r.plug("false")
		one := r.ask("lamp on")
		pass(2 * time.Second)
		two := r.ask("lamp on")
		pass(answerWithin - 2*time.Second - time.Millisecond)
		want(t, r.heard(one), nil)
		pass(time.Millisecond)
		want(t, r.heard(one), []string{"no-answer: The device did not answer within 5 s."})
		want(t, r.heard(two), nil)
		pass(2 * time.Second)
		want(t, r.heard(two), []string{"no-answer: The device did not answer within 5 s."})

		r.plug("true")
		pass(10 * time.Second)
		want(t, r.heard(one), []string{"no-answer: The device did not answer within 5 s."})
		after := r.ask("lamp")
		pass(time.Second)
		want(t, r.heard(after), []string{"answer: The lamp is off."})
	})
}

func TestPullingThePlugStopsAnAnswerUnderWay(t *testing.T) {
	bubble(t, func(t *testing.T, dir string) {
		r, _ := run(t, dir, Options{})
		r.ask("uptime")
		pass(2 * time.Second)
		id := r.ask("lamp")
		pass(deviceThinks / 2)
		r.plug("false")
		pass(answerWithin)
		want(t, r.heard(id), []string{"no-answer: The device did not answer within 5 s."})
	})
}

func TestAnybodyMayAnswerForTheDevice(t *testing.T) {
	bubble(t, func(t *testing.T, dir string) {
		r, _ := run(t, dir, Options{})
		r.ask("uptime")
		pass(2 * time.Second)
		r.plug("false")
		id := r.ask("temperature")
		if err := r.publish(t.Context(), named("device"), live.Draft{Type: "answer", Data: "no JSON"}); err != nil {
			t.Fatal(err)
		}
		if err := r.publish(t.Context(), named("device"), live.Draft{Type: "answer", Data: text(answer{To: id, Text: "by hand"})}); err != nil {
			t.Fatal(err)
		}
		pass(2 * answerWithin)
		want(t, r.heard(id), []string{"answer: by hand"})
	})
}

func TestANewChannelOfThatNameIsAttendedToo(t *testing.T) {
	bubble(t, func(t *testing.T, dir string) {
		r, _ := run(t, dir, Options{})
		r.ask("lamp")
		pass(2 * time.Second)
		s, _ := r.j.Source("device")
		if err := r.j.RemoveSource(t.Context(), s.ID); err != nil {
			t.Fatal(err)
		}
		pass(3 * time.Second)
		id := r.ask("lamp")
		pass(3 * time.Second)
		want(t, r.heard(id), []string{"answer: The lamp is off."})
	})
}
