// What discord.js' objects say, in the form that tests/clients/compare.py takes.
import { ActivityType, ForumChannel, TextChannel, NewsChannel, VoiceChannel } from "discord.js";

const byId = (things, say) => Object.fromEntries(things.map((thing) => [thing.id, say(thing)]));
const list = (cache) => [...cache.values()];

export function guild(found) {
  const channels = list(found.channels.cache);
  return {
    id: found.id,
    name: found.name,
    owner_id: found.ownerId,
    preferred_locale: found.preferredLocale,
    description: found.description,
    afk_channel_id: found.afkChannelId,
    afk_timeout: found.afkTimeout,
    system_channel_id: found.systemChannelId,
    rules_channel_id: found.rulesChannelId,
    verification_level: found.verificationLevel,
    default_message_notifications: found.defaultMessageNotifications,
    explicit_content_filter: found.explicitContentFilter,
    mfa_level: found.mfaLevel,
    nsfw_level: found.nsfwLevel,
    premium_tier: found.premiumTier,
    vanity_url_code: found.vanityURLCode,
    features: [...found.features].sort(),
    member_count: found.memberCount,
    roles: byId(list(found.roles.cache), role),
    channels: byId(channels.filter((entry) => !entry.isThread()), channel),
    members: byId(list(found.members.cache), member),
    emojis: byId(list(found.emojis.cache), emoji),
    threads: byId(channels.filter((entry) => entry.isThread() && !entry.archived), thread),
    voice_states: byId(list(found.voiceStates.cache).filter((entry) => entry.channelId), voiceState),
    presences: Object.fromEntries(list(found.presences.cache).filter(isThere).map((one) => [one.userId, one.status])),
  };
}

const isThere = (found) => found.status !== "offline" && !found.user?.bot;

// What people say they do.
export function activities(found) {
  const custom = (one) => one.activities.find((entry) => entry.type === ActivityType.Custom);
  const there = list(found.presences.cache).filter((one) => !one.user?.bot && custom(one));
  return Object.fromEntries(there.map((one) => [one.userId, custom(one).state]));
}

export const thread = (found) => ({
  name: found.name,
  type: found.type,
  parent_id: found.parentId,
  owner_id: found.ownerId,
  rate_limit_per_user: found.rateLimitPerUser,
  archived: found.archived,
  locked: found.locked,
  auto_archive_duration: found.autoArchiveDuration,
});

export const voiceState = (found) => ({
  channel_id: found.channelId,
  self_mute: found.selfMute,
  self_deaf: found.selfDeaf,
  mute: found.serverMute,
  deaf: found.serverDeaf,
  suppress: found.suppress,
});

export const role = (found) => ({
  name: found.name,
  color: found.colors.primaryColor,
  hoist: found.hoist,
  position: found.rawPosition,
  permissions: found.permissions.bitfield.toString(),
  managed: found.managed,
  mentionable: found.mentionable,
});

export function channel(found) {
  const said = {
    name: found.name,
    type: found.type,
    position: found.rawPosition,
    parent_id: found.parentId,
    overwrites: byId(list(found.permissionOverwrites.cache), (entry) => ({
      type: entry.type,
      allow: entry.allow.bitfield.toString(),
      deny: entry.deny.bitfield.toString(),
    })),
  };
  if (found instanceof TextChannel || found instanceof ForumChannel) said.rate_limit_per_user = found.rateLimitPerUser;
  if (found instanceof TextChannel || found instanceof NewsChannel || found instanceof ForumChannel)
    Object.assign(said, { topic: found.topic, nsfw: found.nsfw });
  if (found instanceof VoiceChannel) Object.assign(said, { bitrate: found.bitrate, user_limit: found.userLimit });
  return said;
}

export const member = (found) => ({
  nick: found.nickname,
  pending: found.pending,
  flags: found.flags.bitfield,
  role_ids: found.roles.cache.filter((entry) => entry.id !== found.guild.id).map((entry) => entry.id).sort(),
  joined_at: found.joinedTimestamp,
  timeout_until: found.communicationDisabledUntilTimestamp,
  user: {
    username: found.user.username,
    global_name: found.user.globalName,
    discriminator: found.user.discriminator,
    bot: found.user.bot,
  },
});

export const emoji = (found) => ({
  name: found.name,
  animated: found.animated,
  managed: found.managed,
  available: found.available,
  require_colons: found.requiresColons,
});

export const message = (found) => ({
  content: found.content,
  type: found.type,
  pinned: found.pinned,
  tts: found.tts,
  mention_everyone: found.mentions.everyone,
  flags: found.flags.bitfield,
  webhook_id: found.webhookId,
  author_id: found.author.id,
  channel_id: found.channelId,
  created_at: found.createdTimestamp,
  edited_at: found.editedTimestamp,
  mentions: [...found.mentions.users.keys()].sort(),
  mention_roles: [...found.mentions.roles.keys()].sort(),
  reply_to: found.reference?.messageId ?? null,
  embeds: found.embeds.map(({ data }) =>
    Object.fromEntries(
      ["title", "description", "url", "color"].filter((name) => name in data).map((name) => [name, data[name]]),
    ),
  ),
  files: list(found.attachments).map((file) => ({ id: file.id, filename: file.name, size: file.size, url: file.url })),
  rows: found.components.length,
  reactions: Object.fromEntries(
    list(found.reactions.cache).map((entry) => [
      entry.emoji.id ?? entry.emoji.name,
      { count: entry.count, me: entry.me },
    ]),
  ),
});

export const messages = (all) => byId([...all], message);
