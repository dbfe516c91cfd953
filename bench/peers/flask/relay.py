"""Global ids and cursors, as internal/relay writes them."""
from base64 import urlsafe_b64decode, urlsafe_b64encode


def global_id(kind, key):
    return urlsafe_b64encode(b'%s:%d' % (kind, key)).rstrip(b'=').decode()


def key_of(kind, text):
    """The key of an id of that kind; 0, which nothing has, for anything else."""
    try:
        name, key = urlsafe_b64decode(text + '=' * (-len(text) % 4)).split(b':')
        return int(key) if name == kind else 0
    except ValueError:
        return 0


def cursor_of(key):
    return global_id(b'c1', key)


def after_key(cursor):
    return key_of(b'c1', cursor) if cursor else 2**63 - 1
