"""The GraphQL types, in graphene; relations are loaded for all objects of a level by DataLoaders of the request."""
import os

import graphene
from promise import Promise
from promise.dataloader import DataLoader
from sqlalchemy import func

import models
import writing
from models import Account, Brand, LoginSession, Session
from relay import after_key, cursor_of, global_id, key_of

PUBLIC_URL = os.environ['PUBLIC_URL']


class Context:
    """One request."""

    def __init__(self, viewer):
        self.viewer = viewer
        for name, model in [('users', models.User), ('photos', models.Photo), ('styles', models.Style), ('items', models.ItemTag),
                            ('brands', Brand), ('tags', models.Tag), ('comments', models.Comment)]:
            setattr(self, name, loader(lambda ids, model=model: models.by_id(model, ids)))
        self.style_flags = loader(lambda ids: models.flags(models.STYLE_FLAGS, viewer, ids))
        self.user_flags = loader(lambda ids: models.flags(models.USER_FLAGS, viewer, ids))
        self.lists = {}

    def comments_of(self, style, first, after):
        if (first, after) not in self.lists:
            self.lists[first, after] = loader(lambda ids: models.comments_of(ids, after, first + 1))
        return self.lists[first, after].load(style)


def loader(read):
    def batch(keys):
        found = read(keys)
        return Promise.resolve([found.get(key) for key in keys])
    return DataLoader(batch)


class Page:
    """A page of a list of which one more was read than asked for."""

    def __init__(self, entries, first, key=lambda entry: entry):
        self.has_next_page = len(entries) > first
        self.entries, self.key = entries[:first], key

    @property
    def end_cursor(self):
        return cursor_of(self.key(self.entries[-1])) if self.entries else None


def field(kind, resolver, **arguments):
    return graphene.Field(kind, resolver=resolver, required=True, **arguments)


def texts(*names):
    return {name: graphene.String(required=True) for name in names}


def relay_id(kind):
    return graphene.ID(required=True, resolver=lambda row, info: global_id(kind, row.id))


def listed(kind, keys, load):
    """A list whose ids the row carries."""
    return graphene.Field(graphene.NonNull(graphene.List(graphene.NonNull(kind))),
                          resolver=lambda row, info: getattr(info.context, load).load_many(getattr(row, keys)))


def moment(attribute):
    def resolve(row, info):
        at = getattr(row, attribute)
        return at.strftime('%Y-%m-%dT%H:%M:%S.') + '%03dZ' % (at.microsecond // 1000)
    return graphene.String(required=True, resolver=resolve)


def flag(flags, place):
    return graphene.Boolean(required=True, resolver=lambda row, info: getattr(info.context, flags).load(row.id).then(lambda all: all[place]))


class PhotoSize(graphene.Enum):
    THUMB = 'thumb'
    SMALL = 'small'
    MEDIUM = 'medium'
    LARGE = 'large'


class Photo(graphene.ObjectType):
    id = relay_id(b'Photo')
    state = graphene.String(required=True)
    width = graphene.Int()
    height = graphene.Int()
    blurhash = graphene.String()
    dominant_color = graphene.String()
    url = graphene.String(size=PhotoSize(required=True, default_value='medium'))

    def resolve_url(photo, info, size):
        return f'{PUBLIC_URL}renditions/{photo.id}-{photo.object_token}/{size}.jpg' if photo.state == 'READY' else None


class PageInfo(graphene.ObjectType):
    has_next_page = graphene.Boolean(required=True)
    end_cursor = graphene.String()


class User(graphene.ObjectType):
    id = relay_id(b'User')
    username = graphene.String(required=True)
    display_name = graphene.String(required=True)
    bio = graphene.String(required=True)
    website = graphene.String()
    avatar = graphene.Field(Photo)
    is_private = graphene.Boolean(required=True)
    style_count = graphene.Int(required=True)
    follower_count = graphene.Int(required=True)
    following_count = graphene.Int(required=True)
    viewer_follows = flag('user_flags', 0)
    follows_viewer = flag('user_flags', 1)
    viewer_has_requested_follow = flag('user_flags', 2)
    styles = graphene.Field(lambda: StyleConnection, required=True, first=graphene.Int(default_value=20), after=graphene.String())

    def resolve_avatar(user, info):
        return user.avatar_photo_id and info.context.photos.load(user.avatar_photo_id)

    def resolve_styles(user, info, first, after=None):
        return Page(models.style_ids_of(user.id, info.context.viewer, after_key(after), first + 1), first)


class BrandType(graphene.ObjectType):
    class Meta:
        name = 'Brand'
    id = relay_id(b'Brand')
    slug = graphene.String(required=True)
    name = graphene.String(required=True)


class Tag(graphene.ObjectType):
    id = relay_id(b'Tag')
    name = graphene.String(required=True)


class ItemTag(graphene.ObjectType):
    id = relay_id(b'ItemTag')
    photo = field(Photo, lambda item, info: info.context.photos.load(item.photo_id))
    x = graphene.Float(required=True)
    y = graphene.Float(required=True)
    brand = graphene.Field(BrandType, resolver=lambda item, info: item.brand_id and info.context.brands.load(item.brand_id))
    name = graphene.String(required=True)
    price_minor = graphene.Int()
    currency = graphene.String()
    shop_url = graphene.String()


class Comment(graphene.ObjectType):
    id = relay_id(b'Comment')
    author = field(User, lambda comment, info: info.context.users.load(comment.author_id))
    body = graphene.String(required=True)
    is_item_info_request = graphene.Boolean(required=True)
    created_at = moment('created_at')
    reply_to = graphene.Field(lambda: Comment, resolver=lambda comment, info: comment.reply_to_id and info.context.comments.load(comment.reply_to_id))


class CommentEdge(graphene.ObjectType):
    cursor = graphene.String(required=True, resolver=lambda comment, info: cursor_of(comment.id))
    node = field(Comment, lambda comment, info: comment)


class CommentConnection(graphene.ObjectType):
    nodes = field(graphene.List(graphene.NonNull(Comment)), lambda page, info: page.entries)
    edges = field(graphene.List(graphene.NonNull(CommentEdge)), lambda page, info: page.entries)
    page_info = field(PageInfo, lambda page, info: page)


class Style(graphene.ObjectType):
    id = relay_id(b'Style')
    author = field(User, lambda style, info: info.context.users.load(style.author_id))
    state = graphene.String(required=True)
    caption = graphene.String(required=True)
    created_at = moment('created_at')
    photos = listed(Photo, 'photo_ids', 'photos')
    items = listed(ItemTag, 'item_ids', 'items')
    tags = listed(Tag, 'tag_ids', 'tags')
    mentions = listed(User, 'mention_ids', 'users')
    like_count = graphene.Int(required=True)
    comment_count = graphene.Int(required=True)
    collect_count = graphene.Int(required=True)
    item_info_request_count = graphene.Int(required=True)
    viewer_has_liked = flag('style_flags', 0)
    viewer_has_collected = flag('style_flags', 1)
    viewer_has_requested_item_info = flag('style_flags', 2)
    comments = field(CommentConnection, None, first=graphene.Int(default_value=20), after=graphene.String())

    def resolve_comments(style, info, first, after=None):
        return info.context.comments_of(style.id, first, after_key(after)).then(lambda all: Page(all, first, lambda c: c.id))


class StyleConnection(graphene.ObjectType):
    nodes = field(graphene.List(graphene.NonNull(Style)), lambda page, info: info.context.styles.load_many(page.entries))
    page_info = field(PageInfo, lambda page, info: page)


class LoginSessionType(graphene.ObjectType):
    class Meta:
        name = 'Session'
    id = relay_id(b'Session')
    user_agent = graphene.String(required=True)
    last_seen_at = moment('last_seen_at')
    is_current = graphene.Boolean(required=True)


class Viewer(graphene.ObjectType):
    user = field(User, lambda viewer, info: info.context.users.load(viewer.id))
    email = graphene.String(required=True, resolver=lambda viewer, info: viewer.account.email)
    email_verified = graphene.Boolean(required=True, resolver=lambda viewer, info: viewer.account.email_verified_at is not None)
    locale = graphene.String(required=True, resolver=lambda viewer, info: viewer.account.locale)
    time_zone = graphene.String(required=True, resolver=lambda viewer, info: viewer.account.time_zone)
    unread_notification_count = graphene.Int(required=True)
    feed = field(StyleConnection, None, first=graphene.Int(default_value=20), after=graphene.String())
    sessions = field(graphene.List(graphene.NonNull(LoginSessionType)), None)

    def resolve_unread_notification_count(viewer, info):
        return Session.execute(models.UNREAD, {'viewer': viewer.id}).scalar()

    def resolve_feed(viewer, info, first, after=None):
        return Page(models.feed_ids(viewer.id, after_key(after), first + 1), first)

    def resolve_sessions(viewer, info):
        rows = Session.query(LoginSession).filter(LoginSession.user_id == viewer.id, LoginSession.revoked_at.is_(None),
                                                  LoginSession.expires_at > func.now()).order_by(LoginSession.id.desc()).limit(100).all()
        for place, row in enumerate(rows):
            row.is_current = place == 0  # a contender is told the viewer, not the session
        return rows


class SignedIn:
    def __init__(self, key):
        self.id = key

    @property
    def account(self):
        return Session.get(Account, self.id)  # once for each request: the identity map has it then


class Query(graphene.ObjectType):
    viewer = graphene.Field(Viewer)
    user = graphene.Field(User, username=graphene.String(required=True))
    style = graphene.Field(Style, id=graphene.ID(required=True))

    def resolve_viewer(_, info):
        return SignedIn(info.context.viewer) if info.context.viewer else None

    def resolve_user(_, info, username):
        return Session.query(models.User).filter(models.User.username == username.lower()).first()

    def resolve_style(_, info, id):
        def shown(style):
            return style if style and not style.deleted_at and (style.state == 'PUBLISHED' or style.author_id == info.context.viewer) else None
        return info.context.styles.load(key_of(b'Style', id)).then(shown)


class UserError(graphene.ObjectType):
    field = graphene.List(graphene.NonNull(graphene.String))
    code = graphene.String(required=True)
    message = graphene.String(required=True)

    resolve_field = lambda error, info: error['field']
    resolve_code = lambda error, info: error['code']
    resolve_message = lambda error, info: error['message']


class LikeStyleInput(graphene.InputObjectType):
    style_id = graphene.ID(required=True)
    client_mutation_id = graphene.String()


class PublishStyleInput(graphene.InputObjectType):
    photo_ids = graphene.List(graphene.NonNull(graphene.ID), required=True)
    caption = graphene.String(required=True)
    client_mutation_id = graphene.String()


class StylePayload(graphene.ObjectType):
    style = graphene.Field(Style)
    client_mutation_id = graphene.String()
    user_errors = graphene.List(graphene.NonNull(UserError), required=True)


class Mutation(graphene.ObjectType):
    like_style = graphene.Field(StylePayload, required=True, input=LikeStyleInput(required=True))
    publish_style = graphene.Field(StylePayload, required=True, input=PublishStyleInput(required=True))

    def resolve_like_style(_, info, input):
        key = key_of(b'Style', input.style_id)
        if writing.like(info.context.viewer, key):
            return StylePayload(info.context.styles.load(key), input.get('client_mutation_id'), [])
        return StylePayload(None, input.get('client_mutation_id'), [
            {'field': ['styleId'], 'code': 'NOT_FOUND', 'message': 'This does not exist, or not any more.'}])

    def resolve_publish_style(_, info, input):
        key, errors = writing.publish(info.context.viewer, [key_of(b'Photo', i) for i in input.photo_ids], input.caption)
        return StylePayload(key and info.context.styles.load(key), input.get('client_mutation_id'), errors)


schema = graphene.Schema(query=Query, mutation=Mutation)
