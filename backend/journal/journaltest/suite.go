package journaltest

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"signalbox/backend/journal"
	"signalbox/backend/live"
)

// An Opener opens one history. The caller closes the store before the next call.
type Opener func() journal.Store

// Run runs the tests. newHistory returns the Opener of a new and empty history for
// each.
func Run(t *testing.T, newHistory func(t *testing.T) Opener) {
	for _, c := range []struct {
		name string
		test func(*testing.T, *history)
	}{
		{"TextsAreKeptToTheByte", textsAreKeptToTheByte},
		{"ReadIsBoundedAndReturnsTheLastNumberExamined", readIsBounded},
		{"ReadKeepsToItsSources", readKeepsToItsSources},
		{"ABatchIsCommittedWholeOrNotAtAll", batchIsWhole},
		{"AMarkIsSavedWithItsMessages", markIsSaved},
		{"AnIDLeadsToItsFirstMessage", idsAreFound},
		{"AReusedIDIsMarked", reusedIDIsMarked},
		{"ARepeatIsStoredOnce", repeatIsStoredOnce},
		{"AMessageThatComesBackIsNotStoredAgain", comesBack},
		{"AForgedOriginHidesNothing", forgedOrigin},
		{"ReopeningLosesNothing", reopened},
		{"NumbersAreNeverUsedTwice", numbersAreNeverUsedTwice},
		{"PagesGoBothWays", pagesGoBothWays},
		{"APageStartsAtATime", pageStartsAtATime},
		{"APreviewEndsAtACharacter", previewEndsAtACharacter},
		{"PreviewsCutTypesAndIDs", previewsCutTypesAndIDs},
		{"AFilterMeansTheSameInTheStoreAsInMemory", filterMeansTheSame},
		{"PagesOfAFilterMissNothing", pagesOfAFilterMissNothing},
		{"TrimmingKeepsTheNewest", trimmingKeepsTheNewest},
		{"TrimmingOfOneSourceLeavesTheOthers", trimmingOfOne},
		{"TrimmedMessagesAreCountedAndRecognised", trimmedIsCounted},
		{"TrimmingByAgeStopsAtAYoungMessage", trimmingByAge},
		{"ARemovedSourceIsTrimmedWhole", removedSourceIsTrimmed},
		{"TalliesAreKeptWithTheMessages", talliesAreKept},
		{"ASourceIsChangedAndDeleted", sourceIsChanged},
		{"ACountIsExact", countIsExact},
		{"ABookmarkOutlivesItsMessage", bookmarkOutlivesItsMessage},
		{"TheRemovalOfABookmarkIsUndone", removalOfABookmarkIsUndone},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := &history{T: t, open: newHistory(t)}
			h.Store = h.open()
			t.Cleanup(func() {
				if h.Store != nil {
					h.close()
				}
			})
			c.test(t, h)
		})
	}
}

// A history is a store under test.
type history struct {
	*testing.T
	journal.Store
	open Opener
}

func (h *history) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

func (h *history) close() {
	h.Helper()
	h.must(h.Store.Close())
	h.Store = nil
}

func (h *history) reopen() {
	h.Helper()
	h.close()
	h.Store = h.open()
}

// source adds a source of that name.
func (h *history) source(name string) int64 {
	h.Helper()
	s, err := h.PutSource(h.Context(), live.Source{Name: name, Kind: live.ChannelSource, Colour: 1, Created: start})
	h.must(err)
	if s.ID == 0 {
		h.Fatal("a new source got no id")
	}
	return s.ID
}

// start is a time in microseconds, as all times in a journal.
var start = time.Date(2026, 11, 21, 14, 2, 8, 132456000, time.UTC)

// append commits drafts with the next numbers, and returns the messages.
func (h *history) append(drafts ...live.Draft) []live.Message {
	h.Helper()
	ms := make([]live.Message, len(drafts))
	for i, d := range drafts {
		if d.Type == "" {
			d.Type = "message"
		}
		if d.Received.IsZero() {
			d.Received = start
		}
		ms[i] = live.Message{Number: h.Last() + int64(i) + 1, Draft: d}
	}
	h.must(h.Append(h.Context(), ms, nil))
	return ms
}

// some appends n messages of a source; their data counts from 1.
func (h *history) some(source int64, n int) []live.Message {
	h.Helper()
	drafts := make([]live.Draft, n)
	for i := range drafts {
		drafts[i] = live.Draft{Source: source, Data: fmt.Sprint(i + 1), Received: start.Add(time.Duration(i) * time.Second)}
	}
	return h.append(drafts...)
}

// all reads everything of those sources.
func (h *history) all(sources ...int64) []live.Message {
	h.Helper()
	var all []live.Message
	for place := int64(0); place < h.Last(); {
		ms, through, err := h.Read(h.Context(), sources, place, h.Last(), 1000, 1<<30)
		h.must(err)
		if through <= place {
			h.Fatalf("reading stays at %d", place)
		}
		all, place = append(all, ms...), through
	}
	return all
}

func (h *history) same(got, want any) {
	h.Helper()
	if !reflect.DeepEqual(got, want) {
		h.Fatalf("got\n%s\nwant\n%s", short(got), short(want))
	}
}

func short(v any) string {
	s := fmt.Sprintf("%+v", v)
	if len(s) > 2000 {
		s = s[:2000] + "…"
	}
	return s
}

func numbers(ms []live.Message) []int64 {
	list := make([]int64, len(ms))
	for i, m := range ms {
		list[i] = m.Number
	}
	return list
}
