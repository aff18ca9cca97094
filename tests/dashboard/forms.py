"""What a browser without scripts does with a form: its fields, sent by one of its buttons."""

from html.parser import HTMLParser

from starlette.testclient import TestClient

Fields = dict[str, str]


class _Form(HTMLParser):
    """Fields of the form with an id, as they would be sent."""

    def __init__(self, form_id: str) -> None:
        super().__init__()
        self._wanted, self._inside = form_id, False
        self._area: str | None = None
        self._text = ""
        self.fields: Fields = {}
        self.action = ""
        self.buttons: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        own = {name: value or "" for name, value in attrs}
        if tag == "form" and own.get("id") == self._wanted:
            self._inside, self.action = True, own["action"]
        if not self._inside:
            return
        if tag == "input" and "name" in own and (own.get("type") != "checkbox" or "checked" in own):
            self.fields[own["name"]] = own.get("value", "")
        if tag == "textarea":
            self._area, self._text = own["name"], ""
        if tag == "button" and "name" in own:
            self.buttons.append(own["value"])

    def handle_data(self, data: str) -> None:
        self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._area is not None:
            self.fields[self._area] = self._text.removeprefix("\n")  # the one after the tag does not count
            self._area = None
        if tag == "form":
            self._inside = False


class Form:
    """A form of a page: change its fields, press its buttons."""

    def __init__(self, client: TestClient, html: str, form_id: str = "editor") -> None:
        read = _Form(form_id)
        read.feed(html)
        assert read.action, f"there is no form {form_id} in {html[:500]}"
        self.client, self.html, self.form_id = client, html, form_id
        self.fields, self.buttons, self._action = read.fields, read.buttons, read.action

    def press(self, action: str, **headers: str) -> "Form":
        """Send it by a button that is there; returns the form of the page that comes back."""
        assert action in self.buttons, (action, self.buttons)
        answer = self.send(action, **headers)
        assert answer.status_code == 200, answer.text[-2000:]
        return Form(self.client, answer.text, self.form_id)

    def send(self, action: str, **headers: str):
        """Send it, and return the answer as it is."""
        return self.client.post(self._action, data=self.fields | {"action": action}, headers=headers)


def csrf_of(client: TestClient, path: str) -> str:
    """The token that a page of the visitor holds."""
    html = client.get(path).text
    return html.partition('name="csrf" value="')[2].partition('"')[0]


def post(client: TestClient, path: str, page: str = "/runs", **fields: str):
    """Send a small form as one of the buttons of a page would."""
    return client.post(path, data={"csrf": csrf_of(client, page), **fields})
