"""Pages of another origin at a workbench that needs no login."""

import http.server
import threading


def test_a_page_elsewhere_can_change_and_read_nothing(workbench_url, browser):
    """A real browser on a page of another port: forms, fetch, images and frames at a server that needs no login."""
    target = workbench_url
    page = f"""<form id=f method=post action="{target}/account/users/add" target=frame><input name=csrf value=x></form>
        <iframe name=frame></iframe><iframe id=framed src="{target}/"></iframe><img id=i src="{target}/static/icon.svg"><script>f.submit()</script>"""

    class Elsewhere(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(page.encode())

        def log_message(self, *_):
            pass

    elsewhere = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere)
    threading.Thread(target=elsewhere.serve_forever, daemon=True).start()
    try:
        context = browser.new_context()
        tab, seen = context.new_page(), {}
        tab.goto(target + "/")  # the cookie of the workbench is there
        tab.on("response", lambda answer: seen.__setitem__((answer.request.method, answer.url), answer.status))
        tab.goto(f"http://127.0.0.1:{elsewhere.server_port}/", wait_until="load")
        tab.wait_for_timeout(800)
        read = tab.evaluate(
            """async (target) => {
                const tries = [];
                for (const [path, init] of [['/', {}], ['/', {credentials: 'include'}], ['/logout', {method: 'POST', credentials: 'include'}],
                    ['/logout', {method: 'POST', mode: 'no-cors', credentials: 'include', body: new URLSearchParams('csrf=x')}],
                    ['/logout', {method: 'POST', headers: {'X-CSRF-Token': 'x'}}],
                    ['/logout', {method: 'POST', headers: {Authorization: 'Bearer local'}}]]) {
                    try { const answer = await fetch(target + path, init); tries.push(answer.type + answer.status + await answer.text()); }
                    catch (error) { tries.push('refused'); }
                }
                return tries; }""",
            target,
        )
        # a form's answer, like a page in a frame, stays out of reach
        assert all(one in ("refused", "opaque0") for one in read), read
        assert seen.get(("POST", f"{target}/account/users/add")) == 403
        assert seen.get(("POST", f"{target}/logout"), 403) == 403
        assert seen.get(("GET", f"{target}/"), 403) == 403
        context.close()
    finally:
        elsewhere.shutdown()
