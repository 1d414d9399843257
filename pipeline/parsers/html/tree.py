"""The tree of a page as flat lists, visible elements only: everything that follows walks it by index, without recursion."""

from __future__ import annotations

import re
from array import array
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

from schemas.errors import ParseError
from schemas.limits import Budget

# not on the page as a reader sees it: code, players, fields, annotations of ruby
_UNSEEN = frozenset(
    re.findall(
        r"\w+",
        """applet audio canvas datalist embed frameset iframe img input link map noembed noframes noscript object option optgroup param
        rp rt script select source style svg template textarea track video xml""",
    )
)
_STRUCK = {"del", "s", "strike"}
_KEPT = ("id", "class", "style", "href", "colspan", "rowspan", "start", "type", "value", "role", "reversed")
_HIDDEN = re.compile(r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all)", re.I)
_LINE_THROUGH = re.compile(r"text-decoration[\w-]*\s*:[^;]*line-through", re.I)
_LONG_TAG = re.compile(r"<[A-Za-z][^<>]{20000,}")
_MOST_ATTRIBUTES = 2000  # of one element: the library compares each with all others
_NAMED = ("name", "property", "http-equiv")


@dataclass(slots=True)
class Tree:
    """Elements and texts in document order. `tags[i]` is "" for a text, `ends[i]` the index behind its last descendant.

    `head` holds what the page says of itself out of sight: <meta> by lower-case name, "title" its <title>.
    """

    tags: list[str] = field(default_factory=list)
    parents: array[int] = field(default_factory=lambda: array("l"))
    ends: array[int] = field(default_factory=lambda: array("l"))
    texts: dict[int, str] = field(default_factory=dict)
    attributes: dict[int, dict[str, str]] = field(default_factory=dict)
    head: dict[str, str] = field(default_factory=dict)
    struck: int = 0

    def get(self, i: int, name: str) -> str:
        """An attribute of element `i`, "" where it has none."""
        found = self.attributes.get(i)
        return found.get(name, "") if found else ""

    def children(self, i: int) -> list[int]:
        """Indexes of the children of element `i`."""
        found = []
        at = i + 1
        while at < self.ends[i]:
            found.append(at)
            at = self.ends[at]
        return found


def read_tree(markup: str, budget: Budget, hidden: bool = False) -> Tree:
    """The visible tree of a page; with `hidden` also what the page keeps out of sight (for pages that show nothing without scripts)."""
    tree = Tree()
    if any(len(tag[0].split()) > _MOST_ATTRIBUTES for tag in _LONG_TAG.finditer(markup)):
        raise ParseError("an element of the page has thousands of attributes: the page is damaged; open it in a browser and save it again")
    node: LexborNode | None = LexborHTMLParser(markup).root
    parent, seen = -1, 0
    while node is not None:
        seen += 1
        if seen % 1000 == 0:
            budget.tick()
            budget.check("nodes", len(tree.tags), "elements of the page")
        inside = _visit(tree, node, parent, hidden)
        if inside is not None and node.child is not None:
            parent, node = inside, node.child
            continue
        while node is not None and node.next is None:
            node = node.parent
            if parent < 0 or node is None:
                node = None
                break
            tree.ends[parent] = len(tree.tags)
            parent = tree.parents[parent]
        node = node.next if node is not None else None
    return tree


def _visit(tree: Tree, node: LexborNode, parent: int, hidden: bool) -> int | None:
    """Put a node into the tree; its index where its children are to be visited."""
    tag = node.tag or ""
    if node.is_text_node:
        text = node.text_content
        if text:
            tree.texts[_add(tree, "", parent)] = text
        return None
    if not node.is_element_node:
        return None
    attributes = node.attributes
    if tag in ("meta", "title"):
        _note(tree, tag, node, attributes)
        return None
    style = attributes.get("style") or ""
    if not hidden and (tag in _UNSEEN or "hidden" in attributes or (style and _HIDDEN.search(style))):
        return None
    if hidden and tag in _UNSEEN - {"noscript", "textarea", "template"}:
        return None
    if tag in _STRUCK or (style and _LINE_THROUGH.search(style)):
        tree.struck += bool(node.text(deep=True).strip())
        return None
    index = _add(tree, tag, parent)
    kept = {name: attributes[name] or "" for name in _KEPT if name in attributes}
    if kept:
        tree.attributes[index] = kept
    return index


def _add(tree: Tree, tag: str, parent: int) -> int:
    index = len(tree.tags)
    tree.tags.append(tag)
    tree.parents.append(parent)
    tree.ends.append(index + 1)
    return index


def _note(tree: Tree, tag: str, node: LexborNode, attributes: dict[str, str | None]) -> None:
    if tag == "title":
        tree.head.setdefault("title", (node.text() or "").strip())
    else:
        name = next((attributes[n] for n in _NAMED if attributes.get(n)), None)
        if name:
            tree.head.setdefault(name.strip().lower(), (attributes.get("content") or "").strip())
