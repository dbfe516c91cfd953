"""What is changed, in one transaction each."""
import json
import re
import unicodedata

from sqlalchemy import func, text
from sqlalchemy.dialects.postgresql import insert

from models import Photo, Session, Style, Tag, User, forget

LIKE = text('insert into likes (style_id, user_id) values (:style, :viewer) on conflict do nothing')
COUNT = text('update styles set like_count = like_count + 1 where id = :style')
RECORD = text('insert into outbox (kind, payload, created_at, available_at, generation, attempts) values (:kind, :payload, now(), now(), 0, 0)')
LINK = text('insert into style_tags (tag_id, style_id) select t, :style from unnest(:tags) t')
COUNT_TAGS = text('update tags set style_count = style_count + 1 where id = any(:tags)')
COUNT_STYLE = text('update users set style_count = style_count + 1 where id = :viewer')

HASHTAG = re.compile(r'(?<![\w&])[#＃]([\w\U0001f000-\U0001faff\u2600-\u2793]+)')
MENTION = re.compile(r'(?<![A-Za-z0-9._])[@＠]([A-Za-z0-9_][A-Za-z0-9._]{2,29})')
MEANINGFUL = re.compile(r'[^\W\d_]|[\U0001f000-\U0001faff\u2600-\u2793]')


def like(viewer, style_id):
    """Tells whether there is such a style."""
    style = Session.query(Style.author_id).filter(Style.id == style_id, Style.deleted_at.is_(None),
                                                  (Style.state == 'PUBLISHED') | (Style.author_id == viewer)).first()
    if style is None:
        return False
    if Session.execute(LIKE, {'style': style_id, 'viewer': viewer}).rowcount:
        Session.execute(COUNT, {'style': style_id})
        if style.author_id != viewer:
            record('notify', {'recipientId': style.author_id, 'kind': 'STYLE_LIKED', 'subjectKind': 'Style', 'subjectId': style_id, 'actorId': viewer})
    Session.commit()
    forget(Style, style_id)
    return True


def record(kind, payload):
    Session.execute(RECORD, {'kind': kind, 'payload': json.dumps(payload)})


def publish(viewer, photo_ids, caption):
    """Gives the id of the new style, and what is wrong with the photos."""
    taken = {p.id: p for p in Session.query(Photo).filter(Photo.id.in_(photo_ids), Photo.owner_id == viewer).order_by(Photo.id).with_for_update()}
    errors = [error for n, i in enumerate(photo_ids) for error in wrong_with(taken.get(i), ['photoIds', str(n)])]
    if errors:
        Session.rollback()
        return None, errors
    tags, mentions = tag_ids(hashtags(caption)), mention_ids(distinct(MENTION.findall(caption))[:20])
    style = Style(author_id=viewer, state='PUBLISHED', caption=caption, photo_ids=photo_ids, item_ids=[], tag_ids=tags, brand_ids=[],
                  mention_ids=mentions, like_count=0, comment_count=0, collect_count=0, item_info_request_count=0,
                  created_at=func.now(), published_at=func.now(), id=func.next_id())
    Session.add(style)
    Session.flush()
    for photo in taken.values():
        photo.style_id = style.id
    if tags:
        Session.execute(LINK, {'style': style.id, 'tags': tags})
        Session.execute(COUNT_TAGS, {'tags': tags})
    Session.execute(COUNT_STYLE, {'viewer': viewer})
    record('style.fan_out', {'styleId': style.id})
    Session.commit()
    forget(Photo, *photo_ids)
    forget(User, viewer)
    return style.id, []


def wrong_with(photo, field):
    if photo is None:
        return [{'field': field, 'code': 'NOT_FOUND', 'message': 'This does not exist, or not any more.'}]
    if photo.style_id is not None or photo.question_id is not None:
        return [{'field': field, 'code': 'NOT_ALLOWED', 'message': 'This photo is used already.'}]
    if photo.state != 'READY':
        return [{'field': field, 'code': 'NOT_READY', 'message': 'The photo is not ready yet. Try again in a moment.'}]
    return []


def distinct(names):
    return list(dict.fromkeys(name.lower() for name in names))


def hashtags(caption):
    names = distinct(HASHTAG.findall(unicodedata.normalize('NFC', caption)))
    return [name for name in names if len(name) <= 50 and MEANINGFUL.search(name)][:30]


def tag_ids(names):
    if not names:
        return []
    # Everybody inserts in one order, so that two captions with the same tags wait instead of dead-locking.
    Session.execute(insert(Tag).values([{'id': func.next_id(), 'name': name, 'style_count': 0} for name in sorted(names)]).on_conflict_do_nothing())
    ids = {name: i for i, name in Session.query(Tag.id, Tag.name).filter(Tag.name.in_(names))}
    return [ids[name] for name in names]


def mention_ids(names):
    if not names:
        return []
    ids = {name: i for i, name in Session.query(User.id, User.username).filter(User.username.in_(names))}
    return [ids[name] for name in names if name in ids]
