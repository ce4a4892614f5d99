import threading
import urllib.request

from recsys.serve import server


def test_the_site_is_served_on_the_loopback_interface_alone(tmp_path):
    (tmp_path / "index.html").write_text("<p>é</p>", encoding="utf-8")
    with server(tmp_path) as http:
        assert http.server_address[0] == "127.0.0.1"
        thread = threading.Thread(target=http.serve_forever, daemon=True)
        thread.start()
        with urllib.request.urlopen(f"http://127.0.0.1:{http.server_port}/index.html", timeout=5) as answer:
            assert answer.read().decode() == "<p>é</p>"
        http.shutdown()
        thread.join(5)


def test_a_second_server_finds_a_free_port(tmp_path):
    with server(tmp_path) as first, server(tmp_path) as second:
        assert first.server_port != second.server_port
