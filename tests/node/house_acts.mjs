// Webhooks, invites, emojis, private messages, voice and member look-ups by the discord.js bot.
import { DiscordAPIError, GatewayOpcodes } from "discord.js";

async function refused(trial) {
  try {
    await trial();
  } catch (refusal) {
    if (!(refusal instanceof DiscordAPIError)) throw refusal;
    return [refusal.status, refusal.code];
  }
  return [200, 0];
}

export const houseActs = (client) => ({
  // Make webhooks, write, edit and delete with one.
  async webhooks(step) {
    const channel = await client.channels.fetch(step.channel);
    const herald = await channel.createWebhook({ name: "Herald", reason: "To cry" });
    await herald.edit({ name: "The herald" });
    const said = await herald.send({ content: "Hear ye", username: "Town crier" });
    await herald.editMessage(said, "Hear ye, hear ye");
    const gone = await herald.send("Soon gone");
    await herald.deleteMessage(gone);
    const other = await channel.createWebhook({ name: "Other" });
    await other.delete("One is enough");
    const found = await herald.fetchMessage(said.id);
    const { content, author } = found;
    const all = await channel.fetchWebhooks();
    return {
      webhook: herald.id,
      names: all.map((entry) => entry.name).sort(),
      message: { content, author_id: author.id, name: author.username },
      id: said.id,
      gone: gone.id,
    };
  },

  // Make two invites, look at them, take one back.
  async invites(step) {
    const channel = await client.channels.fetch(step.channel);
    const made = await channel.createInvite({ maxAge: 3600, maxUses: 5, unique: true, reason: "For a friend" });
    const gone = await channel.createInvite({ maxAge: 0 });
    await gone.delete("Not for you");
    const found = await client.fetchInvite(made.code);
    const all = await channel.guild.invites.fetch();
    const listed = all.map(({ code, maxAge, maxUses, uses }) => [code, { max_age: maxAge, max_uses: maxUses, uses }]);
    return { code: made.code, gone: gone.code, listed: Object.fromEntries(listed), channel: found.channel.id };
  },

  // Make an emoji, rename it, react with it; make another and delete it.
  async emojis(step) {
    const guild = client.guilds.cache.get(step.guild);
    const channel = await client.channels.fetch(step.channel);
    const attachment = Buffer.from(step.picture, "hex");
    const made = await guild.emojis.create({ attachment, name: "spool", reason: "For the looms" });
    await made.edit({ name: "bobbin" });
    const gone = await guild.emojis.create({ attachment, name: "gone" });
    await gone.delete();
    const message = await channel.send(`Look: <:bobbin:${made.id}>`);
    await message.react(made.id);
    return { emoji: made.id, gone: gone.id, message: message.id };
  },

  // Write to a member in private.
  async direct(step) {
    const user = await client.users.fetch(step.user);
    const channel = await user.createDM();
    const said = await channel.send("Between us");
    return { channel: channel.id, message: said.id };
  },

  // Try what Discord refuses; how the library reports it.
  async refusals(step) {
    const guild = client.guilds.cache.get(step.guild);
    const channel = await client.channels.fetch(step.channel);
    const owner = await guild.members.fetch(step.owner);
    const closed = await client.users.fetch(step.closed);
    const tries = {
      "ban the owner": () => owner.ban(),
      "rename the owner": () => owner.setNickname("x"),
      "give a higher role": () => owner.roles.add(step.high),
      "an unknown channel": () => client.channels.fetch("123"),
      "an unknown message": () => channel.messages.fetch("123"),
      "an unknown user": () => client.users.fetch("123"),
      "an unknown ban": () => guild.bans.remove(closed),
      "a hidden channel": () => client.rest.post(`/channels/${step.hidden}/messages`, { body: { content: "x" } }),
      "nothing at all": () => channel.send({ content: "" }),
      "too much": () => channel.send("x".repeat(2001)),
      "a closed door": () => closed.send("x"),
      "an old message": () => channel.bulkDelete(["1", "2"]),
    };
    const seen = {};
    for (const [name, trial] of Object.entries(tries)) seen[name] = await refused(trial);
    return seen;
  },

  // Join a voice channel and leave it, as the gateway knows it.
  async voice(step) {
    const d = { guild_id: step.guild, channel_id: step.voice, self_mute: false, self_deaf: step.voice !== null };
    client.guilds.cache.get(step.guild).shard.send({ op: GatewayOpcodes.VoiceStateUpdate, d });
  },

  // Look members up over the gateway, by the start of their names and by ids.
  async search(step) {
    const { members } = client.guilds.cache.get(step.guild);
    const named = await members.fetch({ query: step.query, limit: 10 });
    const given = await members.fetch({ user: step.ids, force: true });
    return { named: [...named.keys()].sort(), given: [...given.keys()].sort() };
  },
});
