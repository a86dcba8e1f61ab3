package desk

import "net/http"

// StartError returns the page that the window shows when Signalbox cannot start:
// the error and its hint, in Chinese from the catalogue. Standard error may be
// invisible to the user.
func StartError(err error, chinese Catalogue) http.Handler {
	e := asError(err)
	sentence, hint := chinese.translate(e)
	said := map[string]string{"Message": e.Message, "Hint": e.Hint, "Sentence": sentence, "Advice": hint}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		startErrorPage.write(w, r, said)
	})
}

var startErrorPage = newPlainPage("starterror.html")
