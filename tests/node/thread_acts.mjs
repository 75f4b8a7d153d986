// Threads, pins and files by the discord.js bot.
import { createHash } from "node:crypto";
import { AttachmentBuilder, ChannelType } from "discord.js";
import * as says from "./says.mjs";

const sorted = (ids) => [...ids].sort();

export const threadActs = (client) => ({
  // Open threads of every kind, let people in and out, close and delete.
  async threads(step) {
    const channel = await client.channels.fetch(step.channel);
    const first = await channel.send("Let us talk");
    const open = await first.startThread({ name: "weaving", autoArchiveDuration: 60, reason: "A topic" });
    await open.send("The first word");
    await open.members.add(step.user);
    await open.edit({ name: "weaving well", rateLimitPerUser: 5 });
    const hidden = await channel.threads.create({
      name: "secret",
      type: ChannelType.PrivateThread,
      invitable: false,
    });
    await hidden.members.add(step.user);
    await hidden.members.remove(step.user);
    const closed = await channel.threads.create({ name: "closed", type: ChannelType.PublicThread });
    await closed.send("The last word");
    await closed.edit({ archived: true, locked: true, reason: "It is over" });
    const gone = await channel.threads.create({ name: "gone", type: ChannelType.PublicThread });
    await gone.delete();
    const members = await open.members.fetch();
    const archived = await channel.threads.fetchArchived();
    const active = await channel.guild.channels.fetchActiveThreads();
    return {
      public: open.id,
      private: hidden.id,
      closed: closed.id,
      gone: gone.id,
      members: sorted(members.keys()),
      archived: [...archived.threads.keys()],
      active: sorted(active.threads.keys()),
    };
  },

  // Pin two of three messages, and one no longer.
  async pins(step) {
    const channel = await client.channels.fetch(step.channel);
    const sent = [];
    for (const number of [1, 2, 3]) sent.push(await channel.send(`Pin ${number}`));
    const [first, second, third] = sent;
    await first.pin("Important");
    await second.pin();
    await third.pin();
    await second.unpin("Not so important");
    const { items } = await channel.messages.fetchPins();
    return { pinned: items.map((item) => item.message.id), sent: sent.map((message) => message.id) };
  },

  // Send two files, fetch what was sent, and take one away.
  async files(step) {
    const channel = await client.channels.fetch(step.channel);
    const notes = new AttachmentBuilder(Buffer.from(step.notes), { name: "notes.txt", description: "Some notes" });
    const picture = new AttachmentBuilder(Buffer.from(step.picture, "hex"), { name: "dot.png" });
    const sent = await channel.send({ content: "Two files", files: [notes, picture] });
    const fetched = {};
    const kinds = {};
    for (const file of sent.attachments.values()) {
      const bytes = await (await fetch(file.url)).arrayBuffer();
      fetched[file.name] = createHash("sha256").update(Buffer.from(bytes)).digest("hex");
      kinds[file.name] = file.contentType;
    }
    const dot = sent.attachments.find((file) => file.name === "dot.png");
    const about = sent.attachments.find((file) => file.name === "notes.txt").description;
    const before = says.message(sent);
    const edited = await sent.edit({ attachments: [{ id: dot.id }] });
    return { id: sent.id, before, after: says.message(edited), fetched, kinds, size: [dot.width, dot.height], about };
  },
});
