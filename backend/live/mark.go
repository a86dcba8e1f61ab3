package live

// A Mark is the stored place of a reader that outlives the program. The Mark
// of a feed holds its Last-Event-ID (HTML, 9.2.3) in Text; it is saved in the
// transaction that appends the feed's messages, so the two never disagree.
type Mark struct {
	Name   string // "feed/12", "rule/3"
	Number int64  // the last message examined; or Newest, in Append
	Text   string
	Ended  bool // in Append: deletes the mark
}

// Newest, as the Number of a Mark that is appended, stands for the number of
// the last message appended with it.
const Newest = -1
