//go:build desktop && production

package desk

/*
#cgo webkit2_41 pkg-config: gtk+-3.0 webkit2gtk-4.1
#cgo !webkit2_41 pkg-config: gtk+-3.0 webkit2gtk-4.0
#include <gtk/gtk.h>
#include <webkit2/webkit2.h>

static void zoom_widget(GtkWidget *widget, gpointer level) {
	if (WEBKIT_IS_WEB_VIEW(widget)) {
		webkit_web_view_set_zoom_level(WEBKIT_WEB_VIEW(widget), *(gdouble *)level);
	} else if (GTK_IS_CONTAINER(widget)) {
		gtk_container_forall(GTK_CONTAINER(widget), zoom_widget, level);
	}
}

static gboolean zoom_windows(gpointer level) {
	GList *windows = gtk_window_list_toplevels();
	for (GList *w = windows; w != NULL; w = w->next) {
		zoom_widget(GTK_WIDGET(w->data), level);
	}
	g_list_free(windows);
	g_free(level);
	return G_SOURCE_REMOVE;
}

// GTK is used from its own thread only.
static void zoom_soon(gdouble level) {
	gdouble *copy = g_new(gdouble, 1);
	*copy = level;
	g_idle_add(zoom_windows, copy);
}
*/
import "C"

// SetZoom scales the page of the window, as a browser's zoom does. Wails cannot
// do it on Linux. It returns before the page is scaled.
func SetZoom(percent int) { C.zoom_soon(C.gdouble(percent) / 100) }
