package disconnect

import (
	"time"

	"signalbox/backend/live"
)

// Wanted reports whether the user or the end of the program ended the connection.
func (r *Reason) Wanted() bool {
	switch r.Code {
	case Shutdown.Code, Paused.Code, Removed.Code, Requested.Code, edited:
		return true
	}
	return false
}

// CountsAsDown reports whether the time after an attempt that ended with this
// code is downtime. It is not downtime if the user wanted the end, if the server
// has nothing more to send, or if the code is empty.
func CountsAsDown(code string) bool {
	return code != "" && code != "no_content" && !(&Reason{Code: code}).Wanted()
}

// GapCode returns the code of the live.Gap that follows a connection with this
// code.
func GapCode(code string) string {
	switch code {
	case Paused.Code, Removed.Code, Requested.Code, edited:
		return code
	case Shutdown.Code:
		return "restarted"
	}
	return "disconnected"
}

// Losses counts the connections lost after since, and returns the time of the
// first loss: attempts that were open and after which CountsAsDown. The list is
// in order, newest first.
func Losses(list []live.Attempt, since time.Time) (first time.Time, n int64) {
	for _, a := range list {
		if !a.Ended.After(since) {
			break
		}
		if !a.Opened.IsZero() && CountsAsDown(a.Code) {
			first, n = a.Ended, n+1
		}
	}
	return first, n
}
