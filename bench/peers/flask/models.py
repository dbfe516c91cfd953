"""The tables, as SQLAlchemy has them, and what is read of them: by id through memcached, lists in one statement for many
parents. Viewer state is never cached."""
import os
import pickle

from gevent import getcurrent
from psycogreen.gevent import patch_psycopg
from pymemcache.client.base import PooledClient
from sqlalchemy import BigInteger, Boolean, Column, DateTime, Float, Integer, Text, bindparam, create_engine, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import declarative_base, scoped_session, sessionmaker

patch_psycopg()
engine = create_engine(os.environ['DATABASE_URL'].replace('postgres://', 'postgresql+psycopg2://', 1), pool_size=8, max_overflow=0,
                       connect_args={'options': '-c timezone=UTC'})
Session = scoped_session(sessionmaker(engine, expire_on_commit=False), scopefunc=getcurrent)
Base = declarative_base()

host, port = os.environ['MEMCACHED'].rsplit(':', 1)
memcached = PooledClient((host, int(port)), max_pool_size=64, no_delay=True)


class User(Base):
    __tablename__ = 'users'
    id = Column(BigInteger, primary_key=True)
    username = Column(Text)
    display_name = Column(Text)
    bio = Column(Text)
    website = Column(Text)
    avatar_photo_id = Column(BigInteger)
    is_private = Column(Boolean)
    style_count = Column(Integer)
    follower_count = Column(Integer)
    following_count = Column(Integer)


class Account(Base):
    __tablename__ = 'accounts'
    user_id = Column(BigInteger, primary_key=True)
    email = Column(Text)
    email_verified_at = Column(DateTime(timezone=True))
    locale = Column(Text)
    time_zone = Column(Text)


class LoginSession(Base):
    __tablename__ = 'sessions'
    id = Column(BigInteger, primary_key=True)
    user_id = Column(BigInteger)
    user_agent = Column(Text)
    last_seen_at = Column(DateTime(timezone=True))
    expires_at = Column(DateTime(timezone=True))
    revoked_at = Column(DateTime(timezone=True))


class Photo(Base):
    __tablename__ = 'photos'
    id = Column(BigInteger, primary_key=True)
    owner_id = Column(BigInteger)
    state = Column(Text)
    object_token = Column(Text)
    width = Column(Integer)
    height = Column(Integer)
    blurhash = Column(Text)
    dominant_color = Column(Text)
    style_id = Column(BigInteger)
    question_id = Column(BigInteger)


class Style(Base):
    __tablename__ = 'styles'
    id = Column(BigInteger, primary_key=True)
    author_id = Column(BigInteger)
    state = Column(Text)
    caption = Column(Text)
    photo_ids = Column(ARRAY(BigInteger))
    item_ids = Column(ARRAY(BigInteger))
    tag_ids = Column(ARRAY(BigInteger))
    brand_ids = Column(ARRAY(BigInteger))
    mention_ids = Column(ARRAY(BigInteger))
    like_count = Column(Integer)
    comment_count = Column(Integer)
    collect_count = Column(Integer)
    item_info_request_count = Column(Integer)
    created_at = Column(DateTime(timezone=True))
    published_at = Column(DateTime(timezone=True))
    deleted_at = Column(DateTime(timezone=True))


class ItemTag(Base):
    __tablename__ = 'item_tags'
    id = Column(BigInteger, primary_key=True)
    photo_id = Column(BigInteger)
    brand_id = Column(BigInteger)
    x = Column(Float)
    y = Column(Float)
    name = Column(Text)
    price_minor = Column(Integer)
    currency = Column(Text)
    shop_url = Column(Text)


class Brand(Base):
    __tablename__ = 'brands'
    id = Column(BigInteger, primary_key=True)
    slug = Column(Text)
    name = Column(Text)


class Tag(Base):
    __tablename__ = 'tags'
    id = Column(BigInteger, primary_key=True)
    name = Column(Text)
    style_count = Column(Integer)


class Comment(Base):
    __tablename__ = 'comments'
    id = Column(BigInteger, primary_key=True)
    style_id = Column(BigInteger)
    author_id = Column(BigInteger)
    reply_to_id = Column(BigInteger)
    body = Column(Text)
    is_item_info_request = Column(Boolean)
    created_at = Column(DateTime(timezone=True))


def by_id(model, ids):
    """Rows by id, from memcached and the rest from the database."""
    prefix = model.__tablename__ + ':'
    cached = memcached.get_many([prefix + str(i) for i in ids])
    rows = {row.id: row for row in map(pickle.loads, cached.values())}
    missing = [i for i in ids if i not in rows]
    if missing:
        for row in Session.query(model).filter(model.id.in_(missing)):
            rows[row.id] = row
            memcached.set(prefix + str(row.id), pickle.dumps(row, pickle.HIGHEST_PROTOCOL), expire=300, noreply=True)
    return rows


def forget(model, *ids):
    memcached.delete_many([model.__tablename__ + ':' + str(i) for i in ids])


END = 2**63 - 1

FEED = text('''
    (select e.style_id as id from feed_entries e where e.reader_id = :viewer and e.style_id < :after order by e.style_id desc limit :limit)
    union
    (select m.id from follows w cross join lateral (
        select s.id from styles s where s.author_id = w.followee_id and s.state = 'PUBLISHED' and s.deleted_at is null and s.id < :after
            order by s.id desc limit :limit) m
      where w.follower_id = :viewer and w.merged order by m.id desc limit :limit)
    order by id desc limit :limit''')

COMMENTS = text('''select c.id, c.style_id, c.author_id, c.reply_to_id, c.body, c.is_item_info_request, c.created_at
    from unnest(:ids) as x(id) cross join lateral (
        select * from comments c where c.style_id = x.id and c.id < :after order by c.id desc limit :limit) c order by c.id desc''').bindparams(
    bindparam('ids', type_=ARRAY(BigInteger))).columns(*Comment.__table__.c)

STYLE_FLAGS = text('''select x.id, exists (select from likes l where l.style_id = x.id and l.user_id = :viewer offset 0),
    exists (select from collection_styles c where c.style_id = x.id and c.owner_id = :viewer offset 0),
    exists (select from item_info_requests r where r.style_id = x.id and r.user_id = :viewer offset 0)
    from unnest(:ids) as x(id)''').bindparams(bindparam('ids', type_=ARRAY(BigInteger)))

USER_FLAGS = text('''select x.id, exists (select from follows f where f.follower_id = :viewer and f.followee_id = x.id offset 0),
    exists (select from follows f where f.follower_id = x.id and f.followee_id = :viewer offset 0),
    exists (select from follow_requests r where r.follower_id = :viewer and r.followee_id = x.id offset 0)
    from unnest(:ids) as x(id)''').bindparams(bindparam('ids', type_=ARRAY(BigInteger)))

UNREAD = text('select count(*) from notifications where recipient_id = :viewer and read_at is null and actor_count > 0')


def feed_ids(viewer, after, limit):
    return [row[0] for row in Session.execute(FEED, {'viewer': viewer, 'after': after, 'limit': limit})]


def style_ids_of(user, viewer, after, limit):
    shown = (Style.state == 'PUBLISHED') | (Style.author_id == viewer)
    query = Session.query(Style.id).filter(Style.author_id == user, Style.id < after, Style.deleted_at.is_(None), shown)
    return [row[0] for row in query.order_by(Style.id.desc()).limit(limit)]


def comments_of(styles, after, limit):
    """The comments of each style, newest first."""
    lists = {style: [] for style in styles}
    for comment in Session.query(Comment).from_statement(COMMENTS).params(ids=list(styles), after=after, limit=limit):
        lists[comment.style_id].append(comment)
    return lists


def flags(statement, viewer, ids):
    return {row[0]: row[1:] for row in Session.execute(statement, {'viewer': viewer, 'ids': list(ids)})}
