// Roles, channels and moderation by the discord.js bot.
import { AuditLogEvent, ChannelType, GuildVerificationLevel, PermissionFlagsBits } from "discord.js";

const { ViewChannel, SendMessages } = PermissionFlagsBits;

export const guildActs = (client) => ({
  // Make, edit, order, give, take and delete roles.
  async roles(step) {
    const guild = client.guilds.cache.get(step.guild);
    const member = await guild.members.fetch(step.user);
    const role = await guild.roles.create({
      name: "Weaver",
      colors: { primaryColor: 0x123456 },
      hoist: true,
      mentionable: true,
      permissions: [ViewChannel, SendMessages],
      reason: "For the looms",
    });
    await role.edit({ name: "Master weaver", colors: { primaryColor: 0x654321 }, reason: "Well done" });
    const gone = await guild.roles.create({ name: "Gone" });
    await gone.setPosition(1);
    await member.roles.add(role, "Has earned it");
    await member.roles.add(gone);
    await member.roles.remove(gone);
    await gone.delete("Not needed");
    return { role: role.id, gone: gone.id };
  },

  // Rename, time out, kick, ban and pardon; what the lists say then.
  async moderate(step) {
    const guild = client.guilds.cache.get(step.guild);
    const who = {};
    for (const [name, id] of Object.entries(step.people)) who[name] = await guild.members.fetch(id);
    await who.renamed.setNickname("Annie", "Asked for it");
    await who.silenced.timeout(5 * 60_000, "Too loud");
    await who.pardoned.timeout(5 * 60_000);
    await who.pardoned.timeout(null, "A mistake");
    await who.kicked.kick("Bad manners");
    await who.banned.ban({ reason: "Ünkind wörds", deleteMessageSeconds: 3600 });
    await guild.bans.bulkCreate([who.raider, who.second], { reason: "A raid" });
    await guild.bans.remove(who.second, "Not one of them");
    const bans = Object.fromEntries((await guild.bans.fetch()).map((entry) => [entry.user.id, entry.reason]));
    const entries = [...(await guild.fetchAuditLogs({ limit: 100 })).entries.values()];
    for (const { action } of entries) if (!AuditLogEvent[action]) throw new Error(`discord.js knows no action ${action}`);
    const log = entries.map((entry) => [entry.action, String(entry.targetId), entry.reason]);
    return { bans, log, by: [...new Set(entries.map((entry) => entry.executorId))].sort() };
  },

  // Make, edit, order and delete channels; allow and deny in them.
  async channels(step) {
    const guild = client.guilds.cache.get(step.guild);
    const { channels } = guild;
    const workshop = await channels.create({
      name: "Workshop",
      type: ChannelType.GuildCategory,
      reason: "More room",
    });
    const loom = await channels.create({
      name: "loom",
      parent: workshop,
      topic: "Cloth",
      rateLimitPerUser: 5,
      nsfw: true,
    });
    await loom.edit({ topic: "Fine cloth", rateLimitPerUser: 10, nsfw: false, reason: "Better" });
    const hall = await channels.create({ name: "hall", type: ChannelType.GuildVoice, bitrate: 32000, userLimit: 7 });
    await hall.edit({ parent: workshop.id, userLimit: 9 });
    const { permissionOverwrites: rules } = loom;
    await rules.create(step.role, { SendMessages: true, ManageMessages: false }, { reason: "Theirs" });
    await rules.create(step.user, { ViewChannel: false });
    await rules.create(guild.roles.everyone, { AddReactions: false });
    await rules.delete(guild.roles.everyone);
    const gone = await channels.create({ name: "gone" });
    await gone.delete("Not needed");
    return { loom: loom.id, hall: hall.id, workshop: workshop.id, gone: gone.id };
  },

  // Change what the guild is.
  async settings(step) {
    const guild = client.guilds.cache.get(step.guild);
    await guild.edit({
      name: "The Elm Hall",
      verificationLevel: GuildVerificationLevel.Medium,
      reason: "A new sign",
    });
  },
});
