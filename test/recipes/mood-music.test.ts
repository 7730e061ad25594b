import t from 'tap'
import { freePort, Mosquitto } from '../support/mosquitto.js'
import { PretendedDevice } from '../support/pretended-device.js'
import { recipeFile, RecipeProcess } from '../support/recipe-process.js'
import { skipUnless } from '../support/require-part.js'

t.test('music follows a mood that lasts, and stays a while', skipUnless('mosquitto'), async (t) => {
  const broker = new Mosquitto(await freePort())
  await broker.start()
  const room = await PretendedDevice.open(broker.url, 'living-room')
  // Of yesterday: the broker has kept it.
  await room.state({ angry: 1 }, -80_000)
  const recipe = new RecipeProcess(process.execPath, [recipeFile('mood-music/mood-music.mjs')], {
    BROKER: broker.url,
    PLAY: 'echo "mpd plays $MOOD"; [ "$MOOD" != warm ]',
  })
  t.teardown(async () => {
    await recipe.stop('SIGKILL')
    await room.close()
    await broker.remove()
  })
  await recipe.said('listening to living-room')
  const happy = { happy: 0.8, neutral: 0.2 }
  const sad = { sad: 0.8, neutral: 0.2 }
  const angry = { angry: 0.9, neutral: 0.1 }

  await room.state(happy, 0)
  await room.state(angry, 15)
  await room.state(happy, 16)
  await room.state(happy, 35)
  // 20 s of one mood.
  await room.state(happy, 36)
  await recipe.said('mpd plays lively')
  await room.sendGarbage(room.topics.state)
  // Another for long enough, but what plays has not yet played for five minutes; the repeat changes nothing.
  await room.state(sad, 100)
  await room.send(await room.state(sad, 200))
  // At the bound of pleasant and unpleasant, a little to either side of it: still lively.
  await room.state({ happy: 0.3, angry: 0.55, neutral: 0.15 }, 340)
  await room.state({ happy: 0.3, angry: 0.65, neutral: 0.05 }, 345)
  await room.state(sad, 400)
  // Silence is no mood: 40 s of it say nothing.
  await room.state({ neutral: 1 }, 410, false)
  await room.state(sad, 420)
  await recipe.said('playing warm')
  await recipe.complained(/the player's command ended with 1/)
  // The device's clock was set back.
  await room.state(angry, 5)
  await room.state(angry, 25)
  await recipe.said('mpd plays soothing')
  t.same(
    recipe.lines.filter((line) => line.startsWith('playing')),
    ['playing lively', 'playing warm', 'playing soothing'],
  )
  await room.state({ calm: 1 }, 400)
  await room.state({ calm: 1 }, 420)
  await recipe.said('mpd plays quiet')
})
